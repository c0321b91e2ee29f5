import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { type Manifest, manifestName } from '../bundle/manifest.ts';
import { entryOf, parseManifest, verifyFile } from '../bundle/read.ts';
import { FreshcarError } from '../errors.ts';
import { checkVersion, modelsPrefix, parsePointer, pointerName } from './pointer.ts';
import type { BundleSource, PointerReading } from './store.ts';

/**
 * Opens a folder as a source of bundles. Three kinds of folder will do:
 *
 * - a bundle itself, with `manifest.json` directly inside; its pointer is its own version;
 * - a training run's folder, which holds its bundle under `bundle/`;
 * - a store, with `models/current.json` and `models/<version>/`.
 *
 * @throws FreshcarError `not-found` when the folder is none of them.
 */
export async function openFolder(folder: string): Promise<BundleSource> {
  const location = path.resolve(folder);
  for (const bundle of [location, path.join(location, 'bundle')]) {
    if (await exists(path.join(bundle, manifestName))) return singleBundle(bundle);
  }
  if (await exists(path.join(location, modelsPrefix))) return folderStore(location);
  throw new FreshcarError(
    'not-found',
    `No model in ${location}: it holds no manifest.json, no bundle/ and no models/. Name the folder of a bundle, of a training run or of a store.`,
  );
}

/** A folder laid out as a bucket is: `models/current.json` and `models/<version>/`. */
function folderStore(location: string): BundleSource {
  const folderOf = (version: string) => {
    checkVersion(version);
    return path.join(location, modelsPrefix, version);
  };
  return {
    location,
    async readPointer(knownEtag) {
      const file = path.join(location, modelsPrefix, pointerName);
      const bytes = await readBytes(file);
      const etag = createHash('sha256').update(bytes).digest('hex');
      if (etag === knownEtag) return undefined;
      return { pointer: parsePointer(bytes.toString(), file), etag };
    },
    readManifest: async (version) => readManifestOf(folderOf(version), version),
    readFile: async (manifest, name) => readVerified(folderOf(manifest.version), manifest, name),
  };
}

/** One bundle alone. It is read anew at each reading of the pointer, so that a run's next export is noticed. */
function singleBundle(folder: string): BundleSource {
  return {
    location: folder,
    async readPointer(knownEtag): Promise<PointerReading | undefined> {
      const file = path.join(folder, manifestName);
      const bytes = await readBytes(file);
      const etag = createHash('sha256').update(bytes).digest('hex');
      if (etag === knownEtag) return undefined;
      return { pointer: { version: parseManifest(bytes, folder).version }, etag };
    },
    readManifest: async (version) => readManifestOf(folder, version),
    readFile: async (manifest, name) => readVerified(folder, manifest, name),
  };
}

async function readManifestOf(folder: string, version: string): Promise<Manifest> {
  const file = path.join(folder, manifestName);
  const manifest = parseManifest(await readBytes(file), folder);
  if (manifest.version === version) return manifest;
  throw new FreshcarError('not-found', `${folder} holds the model ${manifest.version}, not ${version}.`);
}

async function readVerified(folder: string, manifest: Manifest, name: string): Promise<Uint8Array> {
  const entry = entryOf(manifest, name);
  const file = path.join(folder, name);
  return verifyFile(await readBytes(file), entry, file);
}

async function readBytes(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR')
      throw new FreshcarError('not-found', `There is no ${file}.`, { cause });
    throw new FreshcarError('unavailable', `${file} cannot be read (${String(code)}).`, { cause });
  }
}

async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}
