import { createHash, randomBytes } from 'node:crypto';
import { appendFile, link, mkdir, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { FreshcarError } from './errors.ts';

/** SHA-256 as 64 hexadecimal digits. */
export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** A name beside `path` that no reader looks for and no other process uses. */
export function temporaryName(path: string): string {
  return join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`);
}

/** Whether `name` is of the kind that `temporaryName` makes. */
export function isTemporary(name: string): boolean {
  return /^\..+\.[0-9a-f]{12}\.tmp$/.test(basename(name));
}

/**
 * Writes a file whole or not at all: under a temporary name, flushed to the disk, then renamed. Makes the folder.
 *
 * @throws FreshcarError `unavailable` when the disk is full or the folder cannot be written; what was there before stays.
 */
export async function writeWhole(path: string, content: Uint8Array | string): Promise<void> {
  await writeAside(path, content, rename);
}

/**
 * Writes a file whole unless there is one already; returns whether it did. Of several at once, one does.
 *
 * @throws FreshcarError as `writeWhole` does.
 */
export async function writeNew(path: string, content: Uint8Array | string): Promise<boolean> {
  let isNew = true;
  await writeAside(path, content, async (temporary) => {
    // Unlike a rename, a link never takes the place of what is there.
    await link(temporary, path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
      isNew = false;
    });
    await rm(temporary);
  });
  return isNew;
}

/** Writes under a temporary name, flushes, and has `place` put it where it belongs. */
async function writeAside(
  path: string,
  content: Uint8Array | string,
  place: (temporary: string, path: string) => Promise<void>,
): Promise<void> {
  const temporary = temporaryName(path);
  try {
    await mkdir(dirname(path), { recursive: true });
    const file = await open(temporary, 'wx');
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await place(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw new FreshcarError('unavailable', `Could not write ${path}: ${reasonOf(cause)}.`, { cause });
  }
}

/**
 * Appends to a file, or makes it and its folder. Not flushed: what a crash of the machine may lose can be made again.
 *
 * @throws FreshcarError `unavailable` as `writeWhole` does.
 */
export async function appendTo(path: string, content: Uint8Array | string): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
    await appendFile(path, content);
  } catch (cause) {
    throw new FreshcarError('unavailable', `Could not write ${path}: ${reasonOf(cause)}.`, { cause });
  }
}

/** What a file system's error means, in words. */
export function reasonOf(cause: unknown): string {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  const reasons: Readonly<Record<string, string>> = {
    ENOSPC: 'the disk is full',
    EDQUOT: 'the quota of the disk is used up',
    EFBIG: 'the file would be larger than it may be here',
    EACCES: 'permission denied',
    EPERM: 'permission denied',
    EROFS: 'the disk is read-only',
    ENOENT: 'there is no such file or folder',
    ENOTDIR: 'a part of the path is a file, not a folder',
    EISDIR: 'it is a folder',
    ELOOP: 'its links lead in a circle',
  };
  return reasons[code] ?? (cause instanceof Error ? cause.message : String(cause));
}
