import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { makeFolder, notWritten, type StagedFile, staged, temporaryName } from '../files.ts';
import { npyHeader, npyHeaderBytes } from './npy.ts';

/** A `.npy` that grows picture by picture under a temporary name until it is whole. */
export interface NpyWriter {
  /** Appends one picture of `imageSize * imageSize * 3` bytes. */
  append(pixels: Uint8Array): Promise<void>;
  /** Puts the final count into the header and flushes; all but the name is done. */
  stage(): Promise<StagedNpy>;
  /** Removes what was written; safe to call at any time, and after `commit` without effect. */
  discard(): Promise<void>;
}

export interface StagedNpy extends StagedFile {
  /** Of the whole file, in hexadecimal digits. */
  readonly sha256: string;
}

/** Pictures are gathered to about this many bytes for one write. */
const writeBytes = 1 << 20;

/**
 * Starts a `.npy` of `[count, imageSize, imageSize, 3]` uint8 at `path`; makes the folder.
 *
 * @throws FreshcarError `unavailable` from any of its functions when the disk is full or the folder cannot be written.
 */
export async function createNpyWriter(path: string, imageSize: number): Promise<NpyWriter> {
  const temporary = temporaryName(path);
  const attempt = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (cause) {
      throw notWritten(path, cause);
    }
  };
  const file = await attempt(async () => {
    await makeFolder(dirname(path));
    return open(temporary, 'wx+');
  });
  const pictureBytes = imageSize * imageSize * 3;
  const gathered = new Uint8Array(Math.max(1, Math.floor(writeBytes / pictureBytes)) * pictureBytes);
  let [filled, written, count, open_] = [0, npyHeaderBytes, 0, true];

  const flush = async () => {
    for (let at = 0; at < filled; ) {
      const { bytesWritten } = await file.write(gathered, at, filled - at, written);
      at += bytesWritten;
      written += bytesWritten;
    }
    filled = 0;
  };
  const close = async () => {
    if (open_) await file.close();
    open_ = false;
  };

  return {
    append: (pixels) =>
      attempt(async () => {
        gathered.set(pixels, filled);
        filled += pictureBytes;
        count++;
        if (filled === gathered.length) await flush();
      }),
    stage: () =>
      attempt(async () => {
        await flush();
        await file.write(npyHeader(count, imageSize), 0, npyHeaderBytes, 0);
        await file.sync();
        // Read back instead of hashed on the way: the header, known only now, comes first.
        const hash = createHash('sha256');
        for (let at = 0, read = -1; read !== 0; at += read) {
          read = (await file.read(gathered, 0, gathered.length, at)).bytesRead;
          hash.update(gathered.subarray(0, read));
        }
        await close();
        return { ...staged(path, temporary), sha256: hash.digest('hex') };
      }),
    discard: async () => {
      await close();
      await staged(path, temporary).discard();
    },
  };
}
