import { open, readdir, realpath, stat } from 'node:fs/promises';
import { basename, extname, join, resolve } from 'node:path';
import { FreshcarError } from '../../errors.ts';
import { reasonOf } from '../../files.ts';
import { ownFilesIn } from '../own-files.ts';
import type { Source, SourcePicture, Unreadable } from './source.ts';

/** What a folder's pictures end in, as a rule; whatever else a file is called, its first bytes say what it is. */
const pictureEndings = new Set(['.jpg', '.jpeg', '.png', '.webp']);

/** Pictures that people would miss if they were passed over in silence, as everything else in a folder is. */
const otherPictureEndings = new Set(['.gif', '.bmp', '.tif', '.tiff', '.heic', '.heif', '.avif', '.jp2', '.jxl']);

/** A tree of photographs, sorted by path; links are followed once, so that a loop of them ends. */
export function folderSource(folder: string): Source {
  return {
    kind: 'folder',
    name: basename(resolve(folder)),
    hasBoxes: false,
    list: async () => {
      const { files, unreadable, passedOver } = await walk(folder);
      return { count: files.length, pictures: picturesIn(folder, files), unreadable, passedOver, notes: {} };
    },
  };
}

/** Made one by one as they are asked for, because there may be very many. */
export function* picturesIn(folder: string, names: Iterable<string>): Generator<SourcePicture> {
  for (const name of names) yield { name, content: { file: join(folder, name) } };
}

/** What a walk through a folder has found. */
interface Walk {
  readonly files: string[];
  readonly unreadable: Unreadable[];
  /** Files that are no pictures. */
  readonly passedOver: string[];
}

/**
 * Every picture under `folder` by its path inside it, with forward slashes, in the order of UTF-16 code units. Hidden files
 * and folders are left alone, and so are the files of datasets that were packed into the same folder.
 *
 * @throws FreshcarError `not-found` when there is no such folder, `unavailable` when it cannot be listed.
 */
export async function walk(folder: string): Promise<Walk> {
  const files: string[] = [];
  const unreadable: Unreadable[] = [];
  const passedOver: string[] = [];
  const seen = new Set<string>();

  const look = async (name: string, isOwn: (name: string) => Promise<boolean>, isLink: boolean, isFolder: boolean) => {
    const kind = isLink ? await stat(join(folder, name)) : undefined;
    if (kind?.isDirectory() ?? isFolder) return visit(name);
    if (kind && !kind.isFile()) return;
    if (await isOwn(basename(name))) return;
    const ending = extname(name).toLowerCase();
    if (pictureEndings.has(ending) || (await isPicture(join(folder, name)))) files.push(name);
    else if (otherPictureEndings.has(ending)) {
      const format = ending.slice(1).toUpperCase();
      unreadable.push({ name, reason: `${format} is not read; save it as JPEG, PNG or WebP` });
    } else passedOver.push(name);
  };

  const visit = async (inside: string): Promise<void> => {
    const path = join(folder, inside);
    const real = await realpath(path);
    if (seen.has(real)) return;
    seen.add(real);
    const entries = (await readdir(path, { withFileTypes: true })).filter(({ name }) => !name.startsWith('.'));
    const isOwn = await ownFilesIn(
      path,
      entries.map(({ name }) => name),
    );
    // Sorted here too, so that of two links to one folder always the same one is followed.
    for (const entry of entries.sort((a, b) => byCodeUnit(a.name, b.name))) {
      const name = inside === '' ? entry.name : `${inside}/${entry.name}`;
      if (!entry.isSymbolicLink() && !entry.isDirectory() && !entry.isFile()) continue;
      try {
        await look(name, isOwn, entry.isSymbolicLink(), entry.isDirectory());
      } catch (cause) {
        unreadable.push({ name, reason: reasonOf(cause) });
      }
    }
  };

  try {
    await visit('');
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT' ? 'not-found' : 'unavailable';
    throw new FreshcarError(code, `Could not read the folder ${folder}: ${reasonOf(cause)}.`, { cause });
  }
  return { files: files.sort(byCodeUnit), unreadable, passedOver };
}

/** Whether a file begins as a JPEG, a PNG or a WebP does. */
async function isPicture(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(12), 0, 12, 0);
    const begin = buffer.subarray(0, bytesRead).toString('latin1');
    const isWebp = begin.startsWith('RIFF') && begin.endsWith('WEBP');
    return begin.startsWith('\xff\xd8\xff') || begin.startsWith('\x89PNG\r\n') || isWebp;
  } finally {
    await file.close();
  }
}

/** The order of plain string comparison: the same on every machine, whatever its language. */
export function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
