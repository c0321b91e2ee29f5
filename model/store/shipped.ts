import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { FreshcarError } from '../errors.ts';

/**
 * The folder of the model that comes with the program.
 *
 * @throws FreshcarError `not-found` when the program was taken out of its project.
 */
export function shippedModel(): string {
  return shippedPath('model/pretrained', 'model; name one with --model');
}

/**
 * The feature network that comes with the program.
 *
 * @throws FreshcarError `not-found` when the program was taken out of its project.
 */
export function shippedFeatures(): string {
  return shippedPath('model/evaluation/features/features.onnx', 'feature network; name one with --features');
}

/** Inside the project that the program was built in: it runs from `dist/` or from its source, so upwards of this file. */
function shippedPath(inside: string, what: string): string {
  let folder = path.dirname(fileURLToPath(import.meta.url));
  while (!isProject(folder)) {
    const parent = path.dirname(folder);
    if (parent === folder) throw new FreshcarError('not-found', `Near this program is no shipped ${what}.`);
    folder = parent;
  }
  return path.join(folder, inside);
}

function isProject(folder: string): boolean {
  const file = path.join(folder, 'package.json');
  return existsSync(file) && JSON.parse(readFileSync(file, 'utf8')).name === 'freshcar';
}
