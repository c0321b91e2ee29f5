import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FreshcarError } from '../errors.ts';
import { sha256, writeWhole } from '../files.ts';
import { type Manifest, manifestName, onnxName } from './manifest.ts';
import { entryOf, parseManifest } from './read.ts';
import { requireBundle } from './write-scores.ts';

/**
 * Puts an optional file into the bundle at `folder`, in the place of one of that name, and lists it in the manifest. The file comes
 * first: a reader never sees one listed that is not there.
 *
 * @param made The manifest of the model that the file was made for.
 * @throws FreshcarError as `requireBundle` does, and `conflict` when the folder holds another model by now.
 */
export async function addBundleFile(folder: string, made: Manifest, name: string, bytes: Uint8Array): Promise<void> {
  await requireBundle(folder);
  const path = join(folder, manifestName);
  const manifest = parseManifest(await readFile(path), folder);
  if (entryOf(manifest, onnxName).sha256 !== entryOf(made, onnxName).sha256)
    throw new FreshcarError('conflict', `${folder} holds another model by now; make the file for that one.`);
  await writeWhole(join(folder, name), bytes);
  const files = { ...manifest.files, [name]: { bytes: bytes.length, sha256: sha256(bytes) } };
  await writeWhole(path, `${JSON.stringify({ ...manifest, files }, undefined, 2)}\n`);
}
