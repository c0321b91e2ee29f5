import { basename } from 'node:path';
import { createNpyWriter } from '../dataset/npy-writer.ts';
import { besides, type Provenance } from '../dataset/provenance.ts';
import { type Dataset, readDataset } from '../dataset/read-dataset.ts';
import { FreshcarError } from '../errors.ts';
import { writeWhole } from '../files.ts';
import { protocol, splitPictures } from './protocol.ts';

export interface SplitOptions {
  readonly data: string;
  readonly outTrain: string;
  readonly outHeldOut: string;
  /** What made it, for the provenance. */
  readonly code: Provenance['code'];
}

/** How many pictures went where. */
export interface SplitResult {
  readonly training: number;
  readonly heldOut: number;
}

/**
 * Splits a packed dataset into one to train on and one to measure with, as the protocol says, each with its provenance.
 *
 * @throws FreshcarError as `readDataset` and the writer do, and `invalid-input` when one side would be empty.
 */
export async function splitDataset({ data, outTrain, outHeldOut, code }: SplitOptions): Promise<SplitResult> {
  const dataset = await readDataset(data);
  const { training, heldOut } = splitPictures(dataset.images, dataset.imageSize);
  if (training.length === 0 || heldOut.length === 0)
    throw new FreshcarError(
      'invalid-input',
      `All ${dataset.count} pictures of ${data} fall on one side: there are too few, or they are all alike.`,
    );
  const parent = dataset.provenance ?? provenanceOf(dataset, data, code);
  for (const [part, rows, out] of [
    ['training', training, outTrain],
    ['held out', heldOut, outHeldOut],
  ] as const) {
    const sha256 = await writePictures(dataset, rows, out);
    const options = { ...parent.options, part, partOf: dataset.sha256, protocol: protocol.version };
    const provenance: Provenance = { ...parent, count: rows.length, sha256, options, code };
    await writeWhole(besides(out, '.json'), `${JSON.stringify(provenance, undefined, 2)}\n`);
  }
  return { training: training.length, heldOut: heldOut.length };
}

async function writePictures({ images, imageSize }: Dataset, rows: readonly number[], out: string): Promise<string> {
  const bytes = imageSize * imageSize * 3;
  const writer = await createNpyWriter(out, imageSize);
  try {
    for (const row of rows) await writer.append(images.subarray(row * bytes, (row + 1) * bytes));
    return await writer.finish();
  } finally {
    await writer.discard();
  }
}

/** Of an array that has none beside it. */
function provenanceOf({ count, imageSize, sha256 }: Dataset, path: string, code: Provenance['code']): Provenance {
  const source = { kind: 'npy', name: basename(path), pictures: count, notes: {} };
  return { format: 1, count, imageSize, sha256, source, options: {}, unreadable: [], duplicates: [], code };
}
