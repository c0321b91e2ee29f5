import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { ContextError } from './context.ts';

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

/** @throws ContextError when there is no whole bundle in the folder. */
export function readBundle(folder: string): Bundle {
  const file = path.join(folder, manifestName);
  try {
    const { version, files } = manifestSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
    return { folder, version, files: [...Object.keys(files).sort(), manifestName] };
  } catch {
    throw new ContextError([
      `${file} is not the manifest of a bundle; name a bundle's folder by -c bundle=DIR, such as a training run's bundle/.`,
    ]);
  }
}
