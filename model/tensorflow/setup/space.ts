import { statfs } from 'node:fs/promises';
import { FreshcarError } from '../../errors.ts';

/**
 * Makes sure that the disk of an existing folder has room.
 *
 * @param bytes what is about to be written.
 * @throws FreshcarError `missing-dependency` with both figures when it has not.
 */
export async function requireSpace(folder: string, bytes: number): Promise<void> {
  const disk = await statfs(folder);
  const free = disk.bavail * disk.bsize;
  if (free >= bytes) return;
  throw new FreshcarError(
    'missing-dependency',
    `The disk of ${folder} has ${megabytes(free)} MB free and the library needs ${megabytes(bytes)} MB: ` +
      'make room, then run this again.',
  );
}

export function megabytes(bytes: number): number {
  return Math.round(bytes / 1e6);
}
