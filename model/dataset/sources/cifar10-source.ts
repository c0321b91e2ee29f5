import { open, readdir, readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { FreshcarError } from '../../errors.ts';
import { reasonOf } from '../../files.ts';
import { byCodeUnit } from './folder-source.ts';
import type { Selection } from './selection.ts';
import type { Source, SourcePicture, Unreadable } from './source.ts';

/**
 * CIFAR-10's binary version (https://www.cs.toronto.edu/~kriz/cifar.html): `data_batch_1.bin` to `data_batch_5.bin` and
 * `test_batch.bin`, records of one byte of class and 32x32 pixels, first all red ones, then green, then blue, row by row.
 */

const size = 32;
const planeBytes = size * size;
const recordBytes = 1 + 3 * planeBytes;
/** Records that are read at once. */
const recordsAtOnce = 256;
const classNames = ['airplane', 'automobile', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck'] as const;

const batchPattern = {
  all: /^(data_batch_\d+|test_batch)\.bin$/,
  train: /^data_batch_\d+\.bin$/,
  test: /^test_batch\.bin$/,
};

/** The folder that holds the batches, which is the given one or `cifar-10-batches-bin` in it; undefined where none does. */
export async function findCifar10(folder: string): Promise<string | undefined> {
  for (const root of [folder, join(folder, 'cifar-10-batches-bin')]) {
    const names = await readdir(root).catch(() => []);
    if (names.some((name) => batchPattern.all.test(name))) return root;
  }
  return undefined;
}

/** @param root The folder that holds the batches. */
export function cifar10Source(root: string, { split, only }: Selection): Source {
  return {
    kind: 'cifar-10',
    name: basename(resolve(root)),
    hasBoxes: false,
    list: async () => {
      const wanted = classNumbers(only);
      const files = (await readdir(root)).filter((name) => batchPattern[split].test(name)).sort(byCodeUnit);
      const notes: Record<string, number> = {};
      const unreadable: Unreadable[] = [];
      let count = 0;
      for (const file of files) {
        const { labels, rest } = await readLabels(join(root, file));
        const invalid = labels.filter((label) => classNames[label] === undefined).length;
        if (rest > 0) unreadable.push({ name: `${file}/${labels.length}`, reason: 'the file is cut off' });
        if (invalid > 0)
          throw new FreshcarError('invalid-input', `${join(root, file)} is no batch of CIFAR-10: a class is over 9.`);
        const kept = labels.filter((label) => wanted.has(label)).length;
        notes[file] = kept;
        count += kept;
      }
      return { count, pictures: readPictures(root, files, wanted), unreadable, notes };
    },
  };
}

function classNumbers(only: readonly string[]): ReadonlySet<number> {
  const names: readonly string[] = classNames;
  const wrong = only.find((name) => !names.includes(name));
  if (wrong !== undefined)
    throw new FreshcarError('invalid-input', `--only: CIFAR-10 has no "${wrong}", but ${names.join(', ')}.`);
  return new Set((only.length === 0 ? names : only).map((name) => names.indexOf(name)));
}

async function readLabels(path: string): Promise<{ labels: number[]; rest: number }> {
  const bytes = await readFile(path).catch((cause) => {
    throw new FreshcarError('unavailable', `Could not read ${path}: ${reasonOf(cause)}.`, { cause });
  });
  const count = Math.floor(bytes.length / recordBytes);
  const labels = Array.from({ length: count }, (_, record) => bytes[record * recordBytes] as number);
  return { labels, rest: bytes.length % recordBytes };
}

/** A few records after the other, so that no batch is in memory as a whole while its pictures wait. */
async function* readPictures(
  root: string,
  files: readonly string[],
  wanted: ReadonlySet<number>,
): AsyncGenerator<SourcePicture> {
  const buffer = new Uint8Array(recordsAtOnce * recordBytes);
  for (const name of files) {
    const file = await open(join(root, name));
    try {
      for (let first = 0; ; first += recordsAtOnce) {
        const { bytesRead } = await file.read(buffer, 0, buffer.length, first * recordBytes);
        const records = Math.floor(bytesRead / recordBytes);
        for (let record = 0; record < records; record++) {
          const at = record * recordBytes;
          if (!wanted.has(buffer[at] as number)) continue;
          const pixels = interleave(buffer.subarray(at + 1, at + recordBytes));
          yield { name: `${name}/${first + record}`, content: { picture: { pixels, width: size, height: size } } };
        }
        if (records < recordsAtOnce) break;
      }
    } finally {
      await file.close();
    }
  }
}

/** Three planes to one of RGB. */
function interleave(planes: Uint8Array): Uint8Array {
  const pixels = new Uint8Array(planes.length);
  for (let at = 0; at < planeBytes; at++)
    for (let channel = 0; channel < 3; channel++)
      pixels[at * 3 + channel] = planes[channel * planeBytes + at] as number;
  return pixels;
}
