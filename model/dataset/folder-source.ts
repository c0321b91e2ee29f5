import { readdir, realpath, stat } from 'node:fs/promises';
import { basename, extname, join, resolve } from 'node:path';
import { reasonOf } from '../files.ts';
import type { Source, Unreadable } from './source.ts';

/** What a folder's pictures end in; anything else in a folder is passed over in silence. */
const pictureEndings = new Set(['.jpg', '.jpeg', '.png', '.webp']);

/** A tree of photographs, sorted by path; links are followed once, so that a loop of them ends. */
export function folderSource(folder: string): Source {
  return {
    kind: 'folder',
    name: basename(resolve(folder)),
    list: async () => {
      const { files, unreadable } = await walk(folder);
      const pictures = files.map((name) => ({ name, content: { file: join(folder, name) } }));
      return { count: pictures.length, pictures, unreadable, notes: {} };
    },
  };
}

/** Every picture under `folder` by its path inside it, with forward slashes, in the order of UTF-16 code units. */
export async function walk(folder: string): Promise<{ files: string[]; unreadable: Unreadable[] }> {
  const files: string[] = [];
  const unreadable: Unreadable[] = [];
  const seen = new Set<string>();

  const visit = async (inside: string): Promise<void> => {
    const path = join(folder, inside);
    const real = await realpath(path);
    if (seen.has(real)) return;
    seen.add(real);
    const entries = await readdir(path, { withFileTypes: true });
    // Sorted here too, so that of two links to one folder always the same one is followed.
    for (const entry of entries.sort((a, b) => byCodeUnit(a.name, b.name))) {
      const name = inside === '' ? entry.name : `${inside}/${entry.name}`;
      try {
        const kind = entry.isSymbolicLink() ? await stat(join(folder, name)) : entry;
        if (kind.isDirectory()) await visit(name);
        else if (pictureEndings.has(extname(name).toLowerCase()) && kind.isFile()) files.push(name);
      } catch (cause) {
        unreadable.push({ name, reason: reasonOf(cause) });
      }
    }
  };
  await visit('');
  return { files: files.sort(byCodeUnit), unreadable };
}

/** The order of plain string comparison: the same on every machine, whatever its language. */
export function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
