import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { FreshcarError } from '../errors.ts';

/**
 * The folder of the model that comes with the program, `model/pretrained` of the project that it was built in: programs
 * run from `dist/` or from their source, so the project is looked for upwards of this file.
 *
 * @throws FreshcarError `not-found` when the program was taken out of its project.
 */
export function shippedModel(): string {
  let folder = path.dirname(fileURLToPath(import.meta.url));
  while (!isProject(folder)) {
    const parent = path.dirname(folder);
    if (parent === folder)
      throw new FreshcarError('not-found', 'No shipped model is near this program; name one with --model.');
    folder = parent;
  }
  return path.join(folder, 'model/pretrained');
}

function isProject(folder: string): boolean {
  const file = path.join(folder, 'package.json');
  return existsSync(file) && JSON.parse(readFileSync(file, 'utf8')).name === 'freshcar';
}
