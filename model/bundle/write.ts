import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { z } from 'zod';
import { generator } from '../architecture/dcgan.ts';
import type { WeightValues } from '../architecture/network.ts';
import { FreshcarError } from '../errors.ts';
import { isTemporary, reasonOf, sha256, temporaryName, writeWhole } from '../files.ts';
import { type Manifest, manifestName, manifestSchema, onnxName, tfjsModelName, tfjsWeightsName } from './manifest.ts';
import { exportOnnx } from './onnx-export.ts';
import { exportTfjs } from './tfjs-format.ts';

export interface BundleContent {
  /** All of the manifest but its table of files. */
  readonly about: Omit<z.input<typeof manifestSchema>, 'files' | 'format'>;
  /** The generator's weights. */
  readonly weights: WeightValues;
  /** Files that go with the model, such as `samples.png` and `card.md`, by name. */
  readonly extras?: Readonly<Record<string, Uint8Array | string>>;
}

export interface WriteBundleOptions {
  /** Takes the place of a bundle that is there; without it, that is refused. */
  readonly replace?: boolean;
}

/**
 * Writes a bundle into the new folder `path`: whole or not at all.
 *
 * @throws FreshcarError `conflict` when the folder exists and may not be replaced, `unavailable` when it can't be written.
 */
export async function writeBundle(
  path: string,
  { about, weights, extras = {} }: BundleContent,
  { replace = false }: WriteBundleOptions = {},
): Promise<Manifest> {
  const { files, manifest } = bundleFiles({ about, weights, extras });
  const temporary = temporaryName(path);
  try {
    for (const [name, bytes] of files) await writeWhole(join(temporary, name), bytes);
    await writeWhole(join(temporary, manifestName), `${JSON.stringify(manifest, undefined, 2)}\n`);
    await moveInto(temporary, path, replace);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
  return manifest;
}

/** Every file of a bundle but the manifest, and the manifest that describes them. */
function bundleFiles({ about, weights, extras = {} }: BundleContent) {
  const network = generator(manifestSchema.shape.architecture.parse(about.architecture));
  const tfjs = exportTfjs(network, weights);
  const contents: Record<string, Uint8Array | string> = {
    [onnxName]: exportOnnx(network, weights),
    [tfjsModelName]: tfjs.model,
    [tfjsWeightsName]: tfjs.weights,
    ...extras,
  };
  const files = Object.entries(contents).map(([name, content]): [string, Uint8Array] => [name, Buffer.from(content)]);
  const manifest = manifestSchema.parse({
    format: 1,
    ...about,
    files: Object.fromEntries(files.map(([name, bytes]) => [name, { bytes: bytes.length, sha256: sha256(bytes) }])),
  });
  return { files, manifest };
}

async function moveInto(temporary: string, path: string, replace: boolean): Promise<void> {
  const outdated = temporaryName(path);
  try {
    if (replace) await setAside(path, outdated);
    else await mkdir(path);
    await rename(temporary, path);
  } catch (cause) {
    // What was there goes back to its place, if it was moved at all.
    await rename(outdated, path).catch(() => undefined);
    if (cause instanceof FreshcarError) throw cause;
    if (cause instanceof Error && 'code' in cause && cause.code === 'EEXIST')
      throw new FreshcarError('conflict', `${path} exists already; choose another folder.`, { cause });
    throw new FreshcarError('unavailable', `Could not write ${path}: ${reasonOf(cause)}.`, { cause });
  }
  await rm(outdated, { recursive: true, force: true });
}

/** What bundles are made of; a folder with nothing else in it is one that was copied or synchronised by half. */
const ownNames = [
  manifestName,
  onnxName,
  tfjsModelName,
  tfjsWeightsName,
  'samples.png',
  'card.md',
  'directions.json',
  'index.bin',
  'time-lapse.png',
];

/** Only a bundle or an empty folder makes room: a wrong path must not cost anybody their photographs or their run. */
async function setAside(path: string, outdated: string): Promise<void> {
  const names = await readdir(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (names === undefined) return;
  const isOwn = names.includes(manifestName) || names.every((name) => ownNames.includes(name) || isTemporary(name));
  if (!isOwn)
    throw new FreshcarError('conflict', `${path} is no bundle, so it is not replaced; choose another folder.`);
  await rename(path, outdated);
}
