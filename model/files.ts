import { createHash, randomBytes } from 'node:crypto';
import { appendFile, constants, copyFile, link, mkdir, open, rename, rm, stat } from 'node:fs/promises';
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
export interface StagedFile {
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

/** What stands at `temporary` as a staged file for `path`. */
export function staged(path: string, temporary: string): StagedFile {
  return {
    temporary,
    commit: () =>
      renameFirmly(temporary, path).catch((cause) => {
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
export async function stageFile(path: string, content: Uint8Array | string): Promise<StagedFile> {
  const stagedFile = staged(path, temporaryName(path));
  try {
    await makeFolder(dirname(path));
    const file = await open(stagedFile.temporary, 'wx');
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    return stagedFile;
  } catch (cause) {
    await stagedFile.discard();
    throw notWritten(path, cause);
  }
}

/**
 * Writes a file whole or not at all: under a temporary name, flushed to the disk, then renamed. Makes the folder.
 *
 * @throws FreshcarError as `stageFile` and `commit` do; what was there before stays.
 */
export async function writeWhole(path: string, content: Uint8Array | string): Promise<void> {
  const file = await stageFile(path, content);
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
  const file = await stageFile(path, content);
  try {
    // Unlike a rename, a link never takes the place of what is there.
    await linkOrCopy(file.temporary, path);
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
    await makeFolder(dirname(path));
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

/** Milliseconds between two tries of a rename that Windows refuses for a moment, because a virus scanner looks at the file. */
const renamePauses = [10, 50, 200, 500];

async function renameFirmly(from: string, to: string): Promise<void> {
  for (const pause of process.platform === 'win32' ? renamePauses : [])
    try {
      return await rename(from, to);
    } catch (cause) {
      if (!['EPERM', 'EACCES', 'EBUSY'].includes(codeOf(cause))) throw cause;
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  return rename(from, to);
}

/** FAT and some network disks know no hard links; there, a copy that refuses to replace anything is the next best. */
async function linkOrCopy(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (cause) {
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'].includes(codeOf(cause))) throw cause;
    await copyFile(from, to, constants.COPYFILE_EXCL);
  }
}

/**
 * Makes a folder and those above it. Not by Node's own way, which tries for ever where a file system lets nobody make a folder
 * and says that there is none, as Linux's `/proc` does.
 */
export async function makeFolder(path: string): Promise<void> {
  const there = await stat(path).catch(() => undefined);
  if (there?.isDirectory()) return;
  const above = dirname(path);
  if (above !== path) await makeFolder(above);
  await mkdir(path).catch((cause) => {
    // Another process was quicker.
    if (codeOf(cause) !== 'EEXIST' || (there && !there.isDirectory())) throw cause;
  });
}

function codeOf(cause: unknown): string {
  return cause instanceof Error && 'code' in cause ? String(cause.code) : '';
}
