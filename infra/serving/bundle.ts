import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { ContextError } from '../context.ts';
import { modelsPrefix } from '../shared/model-bucket.ts';

/** A trained model's folder, as far as a deploy needs to know it. */
export interface Bundle {
  readonly folder: string;
  readonly version: string;
  /** The names of its files, `manifest.json` last. */
  readonly files: readonly string[];
}

/** What a new service begins with: the model that it serves, and those that it offers beside it. */
export type Bundles = readonly [Bundle, ...Bundle[]];

const manifestName = 'manifest.json';

const version = z.string().regex(/^[a-z0-9](?:[a-z0-9.-]{0,62}[a-z0-9])?$/);

/** The rest of the manifest is the model's own business, and the function checks it before it serves. */
const manifestSchema = z.object({
  version,
  files: z.record(z.string().regex(/^[a-z0-9][a-z0-9._-]{0,63}$/), z.unknown()),
});

/** As many as the service takes. */
const besideLimit = 8;

const pointerSchema = z
  .object({ version, beside: z.array(version).max(besideLimit).default([]) })
  .refine(({ version, beside }) => new Set([version, ...beside]).size === 1 + beside.length);

/**
 * The bundle in a folder; or those that the pointer of a store's folder names, the current one first.
 *
 * @throws ContextError when one of them is not whole.
 */
export function readBundles(place: string): Bundles {
  const models = path.join(place, modelsPrefix);
  const pointer = path.join(models, 'current.json');
  if (existsSync(path.join(place, manifestName)) || !existsSync(pointer)) return [readBundle(place)];
  const { version, beside } = readPointer(pointer);
  const inStore = (name: string) => readBundle(path.join(models, name), name);
  return [inStore(version), ...beside.map(inStore)];
}

/** @param expected The version that it has to be. */
function readBundle(folder: string, expected?: string): Bundle {
  const file = path.join(folder, manifestName);
  const { version, files } = readManifest(file);
  if (expected !== undefined && version !== expected)
    throw new ContextError([`${file} says that it is the model ${version}; publish ${expected} into the store anew.`]);
  const missing = Object.keys(files).find((name) => !existsSync(path.join(folder, name)));
  if (missing !== undefined)
    throw new ContextError([
      `${folder} lacks ${missing}; npm run build writes the graphs of the shipped models, any other bundle has to be exported anew.`,
    ]);
  return { folder, version, files: [...Object.keys(files).sort(), manifestName] };
}

function readManifest(file: string): z.output<typeof manifestSchema> {
  try {
    return manifestSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    throw new ContextError([
      `${file} is not the manifest of a bundle; name a bundle's folder by -c bundle=DIR, such as a training run's bundle/, or a store's.`,
    ]);
  }
}

function readPointer(file: string): z.output<typeof pointerSchema> {
  try {
    return pointerSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    throw new ContextError([`${file} names no model; freshcar promote writes it anew.`]);
  }
}
