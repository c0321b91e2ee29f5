import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { type Manifest, manifestName } from '../bundle/manifest.ts';
import { entryOf, parseManifest, verifyFile } from '../bundle/read.ts';
import { FreshcarError } from '../errors.ts';
import { reasonOf } from '../files.ts';

/** Reading one bundle's folder. */

/** @throws FreshcarError `not-found` when the folder holds another version. */
export async function readManifestOf(folder: string, version: string): Promise<Manifest> {
  const manifest = parseManifest(await readBytes(path.join(folder, manifestName)), folder);
  if (manifest.version === version) return manifest;
  throw new FreshcarError('not-found', `${folder} holds the model ${manifest.version}, not ${version}.`);
}

export async function readVerified(folder: string, manifest: Manifest, name: string): Promise<Uint8Array> {
  const entry = entryOf(manifest, name);
  const file = path.join(folder, name);
  return verifyFile(await readBytes(file), entry, file);
}

/** @throws FreshcarError `not-found` or `unavailable`. */
export async function readBytes(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR')
      throw new FreshcarError('not-found', `There is no ${file}.`, { cause });
    throw new FreshcarError('unavailable', `${file} cannot be read: ${reasonOf(cause)}.`, { cause });
  }
}
