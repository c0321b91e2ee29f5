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

/** A file that is whole and flushed to the disk, and waits under a temporary name for its own. */
export interface SealedFile {
  readonly temporary: string;
  /**
   * Gives it its name, which takes the place of what had it before.
   *
   * @throws FreshcarError `unavailable` when a folder has it, or the folder it is in cannot be written.
   */
  commit(): Promise<void>;
  /** Removes it; after `commit` without effect. */
  discard(): Promise<void>;
}

/** What stands at `temporary` as a sealed file for `path`. */
export function sealed(path: string, temporary: string): SealedFile {
  return {
    temporary,
    commit: () =>
      rename(temporary, path).catch((cause) => {
        throw notWritten(path, cause);
      }),
    discard: () => rm(temporary, { force: true }).catch(() => undefined),
  };
}

/**
 * Writes a file whole, or nothing at all, for several to get their names when all are there. Makes the folder.
 *
 * @throws FreshcarError `unavailable` when the disk is full or the folder cannot be written.
 */
export async function sealFile(path: string, content: Uint8Array | string): Promise<SealedFile> {
  const sealedFile = sealed(path, temporaryName(path));
  try {
    await mkdir(dirname(path), { recursive: true });
    const file = await open(sealedFile.temporary, 'wx');
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    return sealedFile;
  } catch (cause) {
    await sealedFile.discard();
    throw notWritten(path, cause);
  }
}

/**
 * Writes a file whole or not at all: under a temporary name, flushed to the disk, then renamed. Makes the folder.
 *
 * @throws FreshcarError as `sealFile` and `commit` do; what was there before stays.
 */
export async function writeWhole(path: string, content: Uint8Array | string): Promise<void> {
  const file = await sealFile(path, content);
  try {
    await file.commit();
  } finally {
    await file.discard();
  }
}

/**
 * Writes a file whole unless there is one already; returns whether it did. Of several at once, one does.
 *
 * @throws FreshcarError as `writeWhole` does.
 */
export async function writeNew(path: string, content: Uint8Array | string): Promise<boolean> {
  const file = await sealFile(path, content);
  try {
    // Unlike a rename, a link never takes the place of what is there.
    await link(file.temporary, path);
    return true;
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'EEXIST') return false;
    throw notWritten(path, cause);
  } finally {
    await file.discard();
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
    throw notWritten(path, cause);
  }
}

export function notWritten(path: string, cause: unknown): FreshcarError {
  return new FreshcarError('unavailable', `Could not write ${path}: ${reasonOf(cause)}.`, { cause });
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
