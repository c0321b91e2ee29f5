import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import path from 'node:path';
import { type Manifest, manifestName } from '../bundle/manifest.ts';
import { entryOf, manifestLimit, parseManifest, verifyFile } from '../bundle/read.ts';
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
  return verifyFile(await readBytes(file, entry.bytes), entry, file);
}

/**
 * @param limit Bytes of the longest file that is read.
 * @throws FreshcarError `not-found` or `unavailable`, `damaged-bundle` when it is longer, or nothing that can be read whole.
 */
export async function readBytes(file: string, limit: number = manifestLimit): Promise<Buffer> {
  try {
    // Opening a pipe would otherwise wait for whoever writes to it.
    const handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const found = await handle.stat();
      if (found.isDirectory() || (found.isFile() && found.size <= limit)) return await handle.readFile();
      const why = found.isFile() ? `it has ${found.size} bytes instead of ${limit}` : 'it is no plain file';
      throw new FreshcarError('damaged-bundle', `${file} is damaged: ${why}.`);
    } finally {
      await handle.close();
    }
  } catch (cause) {
    if (cause instanceof FreshcarError) throw cause;
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR')
      throw new FreshcarError('not-found', `There is no ${file}.`, { cause });
    throw new FreshcarError('unavailable', `${file} cannot be read: ${reasonOf(cause)}.`, { cause });
  }
}
