import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { manifestName, manifestSchema } from '../../model/bundle/manifest.ts';
import { modelsPrefix, parsePointer, pointerName } from '../../model/store/pointer.ts';
import type { Pointer } from '../../model/store/store.ts';
import { ContextError } from '../context.ts';

/** A trained model's folder, as far as a deploy needs to know it. */
export interface Bundle {
  readonly folder: string;
  readonly version: string;
  /** The names of its files, `manifest.json` last. */
  readonly files: readonly string[];
}

/** What a new service begins with: the model that it serves, and its alternates. */
export type Bundles = readonly [Bundle, ...Bundle[]];

/** The rest of the manifest is the model's own business, and the function checks it before it serves. */
const deployedSchema = z.object({ version: manifestSchema.shape.version, files: manifestSchema.shape.files });

/**
 * The bundle in a folder; or those that the pointer of a store's folder names, the current one first.
 *
 * @throws ContextError when one of them is not whole.
 */
export function readBundles(place: string): Bundles {
  const models = path.join(place, modelsPrefix);
  const pointer = path.join(models, pointerName);
  if (existsSync(path.join(place, manifestName)) || !existsSync(pointer)) return [readBundle(place)];
  const { version, alternates = [] } = readPointer(pointer);
  const inStore = (name: string) => readBundle(path.join(models, name), name);
  return [inStore(version), ...alternates.map(inStore)];
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

function readManifest(file: string): z.output<typeof deployedSchema> {
  try {
    return deployedSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    throw new ContextError([
      `${file} is not the manifest of a bundle; name a bundle's folder by -c bundle=DIR, such as a training run's bundle/, or a store's.`,
    ]);
  }
}

function readPointer(file: string): Pointer {
  try {
    return parsePointer(readFileSync(file, 'utf8'), file, '');
  } catch {
    throw new ContextError([`${file} names no model; freshcar promote writes it anew.`]);
  }
}
