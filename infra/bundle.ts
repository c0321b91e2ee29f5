import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { ContextError } from './context.ts';
import { modelsPrefix } from './model-bucket.ts';

/** A trained model's folder, as far as a deploy needs to know it. */
export interface Bundle {
  readonly folder: string;
  readonly version: string;
  /** The names of its files, `manifest.json` last. */
  readonly files: readonly string[];
}

const manifestName = 'manifest.json';

/** The rest of the manifest is the model's own business, and the function checks it before it serves. */
const manifestSchema = z.object({
  version: z.string().regex(/^[a-z0-9](?:[a-z0-9.-]{0,62}[a-z0-9])?$/),
  files: z.record(z.string().regex(/^[a-z0-9][a-z0-9._-]{0,63}$/), z.unknown()),
});

const pointerSchema = z.object({ version: manifestSchema.shape.version });

/**
 * The bundle in a folder, or the one that is current in a store's.
 *
 * @throws ContextError when there is no whole bundle.
 */
export function readBundle(place: string): Bundle {
  const folder = bundleFolder(place);
  const file = path.join(folder, manifestName);
  try {
    const { version, files } = manifestSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
    return { folder, version, files: [...Object.keys(files).sort(), manifestName] };
  } catch {
    throw new ContextError([
      `${file} is not the manifest of a bundle; name a bundle's folder by -c bundle=DIR, such as a training run's bundle/, or a store's.`,
    ]);
  }
}

function bundleFolder(place: string): string {
  const models = path.join(place, modelsPrefix);
  const pointer = path.join(models, 'current.json');
  if (existsSync(path.join(place, manifestName)) || !existsSync(pointer)) return place;
  try {
    return path.join(models, pointerSchema.parse(JSON.parse(readFileSync(pointer, 'utf8'))).version);
  } catch {
    throw new ContextError([`${pointer} names no model; freshcar promote writes it anew.`]);
  }
}
