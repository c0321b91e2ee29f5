import { access, readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { FreshcarError } from '../../errors.ts';
import { reasonOf } from '../../files.ts';
import { byCodeUnit, picturesIn, walk } from './folder-source.ts';
import { parseMat5 } from './mat5.ts';
import type { Selection } from './selection.ts';
import type { Source } from './source.ts';

/**
 * The surveillance-nature part of CompCars (Yang et al., "A Large-Scale Car Dataset for Fine-Grained Categorization and
 * Verification", CVPR 2015): 44,481 fronts, one car a picture, as `sv_data/image/<model>/<file>.jpg` with
 * `train_surveillance.txt`, `test_surveillance.txt` and `color_list.mat` beside `image`.
 */

const splits = ['train', 'test'] as const;
const listName = (split: (typeof splits)[number]) => `${split}_surveillance.txt`;
const colorFile = 'color_list.mat';

/** The colours by their number in `color_list.mat`; -1 is one that nobody could tell. */
const colors = ['black', 'white', 'red', 'yellow', 'blue', 'green', 'purple', 'brown', 'champagne', 'silver'] as const;
const unknownColor = 'unknown';

/** The folder that holds `image`, which is the given one or `sv_data` in it; undefined where there is none. */
export async function findCompcars(folder: string): Promise<string | undefined> {
  for (const root of [folder, join(folder, 'sv_data')])
    for (const split of splits)
      if ((await exists(join(root, 'image'))) && (await exists(join(root, listName(split))))) return root;
  return undefined;
}

/** @param root The folder that holds `image`. */
export function compcarsSource(root: string, selection: Selection): Source {
  return {
    kind: 'compcars',
    name: basename(resolve(root)),
    hasBoxes: false,
    list: async () => {
      const { names, notes } = await readLists(root, selection.split);
      const colored = selection.only.length === 0 ? names : await ofColors(root, names, selection.only);
      const unique = [...new Set(colored)].sort(byCodeUnit);
      return { count: unique.length, pictures: picturesIn(join(root, 'image'), unique), unreadable: [], notes };
    },
  };
}

/** What the lists of `split` name, and how many each named; without lists, all that lies under `image`. */
async function readLists(root: string, split: Selection['split']) {
  const names: string[] = [];
  const notes: Record<string, number> = {};
  for (const one of splits) {
    if (split !== 'all' && split !== one) continue;
    const text = await readList(join(root, listName(one)), split === one);
    if (text === undefined) continue;
    const listed = text.split(/\r?\n/).filter((line) => line.trim() !== '');
    notes[listName(one)] = listed.length;
    for (const line of listed) names.push(line.trim().replaceAll('\\', '/'));
  }
  if (Object.keys(notes).length === 0) return { names: (await walk(join(root, 'image'))).files, notes };
  return { names, notes };
}

async function readList(path: string, needed: boolean): Promise<string | undefined> {
  return readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT' && !needed) return undefined;
    throw new FreshcarError('not-found', `Could not read the list ${path}: ${reasonOf(cause)}.`, { cause });
  });
}

async function ofColors(root: string, names: readonly string[], only: readonly string[]): Promise<string[]> {
  const known: readonly string[] = [...colors, unknownColor];
  const wrong = only.find((name) => !known.includes(name));
  if (wrong !== undefined)
    throw new FreshcarError('invalid-input', `--only: CompCars has no "${wrong}", but ${known.join(', ')}.`);
  const colorOf = await readColors(join(root, colorFile));
  return names.filter((name) => only.includes(colorOf.get(name) ?? unknownColor));
}

/** `color_list` is a cell array of two columns: paths under `image`, and numbers of colours. */
async function readColors(path: string): Promise<ReadonlyMap<string, string>> {
  const bytes = await readFile(path).catch((cause) => {
    throw new FreshcarError('not-found', `Could not read the colours ${path}: ${reasonOf(cause)}.`, { cause });
  });
  const list = parseMat5(bytes, path).get('color_list');
  if (list?.kind !== 'cells' || list.cells.length !== list.rows * 2)
    throw new FreshcarError('invalid-input', `${path} has no cell array color_list of two columns.`);
  const colorOf = new Map<string, string>();
  for (let row = 0; row < list.rows; row++) {
    const [name, color] = [list.cells[row], list.cells[list.rows + row]];
    if (name?.kind !== 'text' || color?.kind !== 'numbers')
      throw new FreshcarError('invalid-input', `${path}: row ${row + 1} of color_list is no path and number.`);
    colorOf.set(name.text, colors[color.numbers[0] ?? -1] ?? unknownColor);
  }
  return colorOf;
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
