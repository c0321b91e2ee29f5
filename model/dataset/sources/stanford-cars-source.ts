import { readdir, readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { FreshcarError } from '../../errors.ts';
import { reasonOf } from '../../files.ts';
import { byCodeUnit, walk } from './folder-source.ts';
import type { Selection } from './selection.ts';
import type { Source, SourcePicture, Unreadable } from './source.ts';
import { type Annotation, parseCsvAnnotations, parseMatAnnotations } from './stanford-boxes.ts';

/**
 * Stanford Cars (Krause et al., "3D Object Representations for Fine-Grained Categorization", 3dRR 2013): photographs of all
 * sizes and views, and a list of where the car is in each. The list may be the `.mat` of the whole set, those of its two
 * halves in `devkit`, or a CSV made of them; photographs may lie in any folders below.
 */

/** Lists by their names, the most telling first; of the lists of one half the first is taken. */
const lists: readonly { readonly pattern: RegExp; readonly half: Half | undefined }[] = [
  { pattern: /^cars_annos\.mat$/i, half: undefined },
  { pattern: /^cars_train_annos\.mat$/i, half: 'train' },
  { pattern: /^cars_test_annos(_withlabels)?\.mat$/i, half: 'test' },
  { pattern: /^cars_annos\.csv$/i, half: undefined },
  { pattern: /^(anno_train|cars_train(_annos)?|cardatasettrain)\.csv$/i, half: 'train' },
  { pattern: /^(anno_test|cars_test(_annos)?|cardatasettest)\.csv$/i, half: 'test' },
];

type Half = 'train' | 'test';

interface List {
  /** Its path inside the folder, with forward slashes. */
  readonly name: string;
  readonly half: Half | undefined;
}

/** The lists that lie in `folder` or its `devkit`; none when it is no Stanford Cars. */
export async function findStanfordLists(folder: string): Promise<List[]> {
  const found = new Map<Half | undefined, List>();
  const names = (
    await Promise.all(['', 'devkit/', 'car_devkit/devkit/'].map((inside) => filesIn(folder, inside)))
  ).flat();
  for (const { pattern, half } of lists) {
    const name = names.find((file) => pattern.test(basename(file)));
    if (name !== undefined && !found.has(half)) found.set(half, { name, half });
  }
  const whole = found.get(undefined);
  return whole ? [whole] : [...found.values()];
}

async function filesIn(folder: string, inside: string): Promise<string[]> {
  const names = await readdir(join(folder, inside)).catch(() => []);
  return names.sort(byCodeUnit).map((name) => inside + name);
}

export function stanfordCarsSource(folder: string, selection: Selection): Source {
  return {
    kind: 'stanford-cars',
    name: basename(resolve(folder)),
    hasBoxes: true,
    list: async () => {
      const { files, unreadable } = await walk(folder);
      const find = finder(files);
      const pictures = new Map<string, SourcePicture>();
      const missing: Unreadable[] = [];
      const notes: Record<string, number> = {};
      for (const list of await findStanfordLists(folder)) {
        if (list.half !== undefined && selection.split !== 'all' && selection.split !== list.half) continue;
        const annotations = (await readAnnotations(folder, list)).filter(({ test }) => wanted(test, selection));
        const before = pictures.size;
        const absent: Unreadable[] = [];
        for (const { file, box } of annotations) {
          const name = find(file, list.half);
          if (name === undefined) absent.push({ name: file, reason: `${list.name} names it, but it is not there` });
          else pictures.set(name, { name, content: { file: join(folder, name) }, box });
        }
        notes[list.name] = annotations.length;
        // Of a half that was not downloaded nothing is there, and nothing is missed.
        if (pictures.size > before) missing.push(...absent);
      }
      const sorted = [...pictures.values()].sort((a, b) => byCodeUnit(a.name, b.name));
      const inTheWay = files.length - sorted.length;
      return {
        count: sorted.length,
        pictures: sorted,
        unreadable: [...unreadable, ...missing],
        notes: { ...notes, ...(inTheWay > 0 && { picturesInNoList: inTheWay }) },
      };
    },
  };
}

function wanted(test: boolean | undefined, { split }: Selection): boolean {
  return split === 'all' || test === undefined || test === (split === 'test');
}

async function readAnnotations(folder: string, { name }: List): Promise<Annotation[]> {
  const path = join(folder, name);
  const bytes = await readFile(path).catch((cause) => {
    throw new FreshcarError('unavailable', `Could not read ${path}: ${reasonOf(cause)}.`, { cause });
  });
  if (name.endsWith('.mat')) return parseMatAnnotations(bytes, path);
  return parseCsvAnnotations(new TextDecoder().decode(bytes), path);
}

/**
 * Finds photographs by what a list calls them. Both halves number theirs from 00001.jpg, so where a name is there twice
 * the one is taken that lies in a folder named after the half.
 */
function finder(files: readonly string[]): (file: string, half: Half | undefined) => string | undefined {
  const byName = new Map<string, string[]>();
  for (const file of files) {
    const name = basename(file);
    byName.set(name, [...(byName.get(name) ?? []), file]);
  }
  return (file, half) => {
    const candidates = byName.get(basename(file)) ?? [];
    const exact = candidates.find((candidate) => candidate === file || candidate.endsWith(`/${file}`));
    if (half === undefined) return exact ?? candidates[0];
    const folders = new Set([half, `cars_${half}`]);
    const inHalf = candidates.find((candidate) => candidate.split('/').some((part) => folders.has(part.toLowerCase())));
    const other = half === 'train' ? 'test' : 'train';
    const elsewhere = candidates.find(
      (candidate) => !candidate.split('/').some((part) => [other, `cars_${other}`].includes(part.toLowerCase())),
    );
    return inHalf ?? elsewhere;
  };
}
