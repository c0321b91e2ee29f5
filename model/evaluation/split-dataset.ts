import { basename, resolve } from 'node:path';
import { createNpyWriter, type StagedNpy } from '../dataset/npy-writer.ts';
import { refuseForeign } from '../dataset/own-files.ts';
import { besides, formatProvenance, type Provenance } from '../dataset/provenance.ts';
import { type Dataset, readDataset } from '../dataset/read-dataset.ts';
import { commitDatasets, discardDatasets, type StagedDatasets } from '../dataset/staged-datasets.ts';
import { FreshcarError } from '../errors.ts';
import { stageFile } from '../files.ts';
import { protocol, splitPictures } from './protocol.ts';

export interface SplitOptions {
  readonly data: string;
  readonly outTrain: string;
  readonly outHeldOut: string;
  /** The part to hold out; the protocol's by default. */
  readonly part?: number | undefined;
  /** A packed file that an earlier split held out; what it shows stays held out. */
  readonly heldBefore?: string | undefined;
  /** What made it, for the provenance. */
  readonly code: Provenance['code'];
  /** Is told how many of how many pictures have been compared with the others. */
  readonly report?: (done: number, total: number) => void;
}

/** How many pictures went where. */
export interface SplitResult {
  readonly training: number;
  readonly heldOut: number;
}

/**
 * Splits a packed dataset into one to train on and one to measure with, as the protocol says, each with its provenance.
 * Neither gets its name before both are whole.
 *
 * @throws FreshcarError as `readDataset` and the writer do, and `invalid-input` when one side would be empty, both would go
 * into the same file, or one where a folder is. What was there before stays; but see `commitDatasets`.
 */
export async function splitDataset({
  data,
  outTrain,
  outHeldOut,
  part: heldOutPart,
  heldBefore,
  code,
  report,
}: SplitOptions): Promise<SplitResult> {
  const inputs = [data, besides(data, '.json'), ...(heldBefore === undefined ? [] : [heldBefore])];
  await checkTargets([outTrain, outHeldOut], inputs);
  const dataset = await readDataset(data);
  const earlier = heldBefore === undefined ? undefined : await readDataset(heldBefore);
  const { training, heldOut } = await splitPictures(dataset.images, dataset.imageSize, {
    part: heldOutPart,
    heldBefore: earlier,
    report,
  });
  if (training.length === 0 || heldOut.length === 0)
    throw new FreshcarError(
      'invalid-input',
      `All ${dataset.count} pictures of ${data} fall on one side: there are too few, or they are all alike.`,
    );
  const parent = dataset.provenance ?? provenanceOf(dataset, data, code);
  const staged: StagedDatasets = { arrays: [], beside: [] };
  try {
    for (const [part, rows, out] of [
      ['training', training, outTrain],
      ['held out', heldOut, outHeldOut],
    ] as const) {
      const npy = await stageImages(dataset, rows, out);
      staged.arrays.push(npy);
      const options = {
        ...parent.options,
        part,
        partOf: dataset.sha256,
        ...(heldOutPart === undefined ? { protocol: protocol.version } : { heldOutPart }),
        ...(earlier && { heldBefore: earlier.sha256 }),
      };
      const pictures = parent.pictures && rows.map((row) => parent.pictures?.[row] ?? '');
      const own = { count: rows.length, sha256: npy.sha256, ...(pictures && { pictures }), options, code };
      const provenance: Provenance = { ...parent, ...own };
      staged.beside.push(await stageFile(besides(out, '.json'), formatProvenance(provenance)));
    }
    await commitDatasets(staged);
  } finally {
    await discardDatasets(staged);
  }
  return { training: training.length, heldOut: heldOut.length };
}

async function checkTargets(outs: readonly string[], inputs: readonly string[]): Promise<void> {
  const files = outs.flatMap((out) => [out, besides(out, '.json')]);
  if (new Set(files.map((file) => resolve(file))).size < files.length)
    throw new FreshcarError('invalid-input', 'One part would take the place of the other. Name a file for each.');
  await refuseForeign(
    outs.map((array) => ({ array, sheet: false })),
    inputs,
  );
}

async function stageImages({ images, imageSize }: Dataset, rows: readonly number[], out: string): Promise<StagedNpy> {
  const bytes = imageSize * imageSize * 3;
  const writer = await createNpyWriter(out, imageSize);
  try {
    for (const row of rows) await writer.append(images.subarray(row * bytes, (row + 1) * bytes));
    return await writer.stage();
  } catch (error) {
    await writer.discard();
    throw error;
  }
}

/** Of an array that has none beside it. */
function provenanceOf({ count, imageSize, sha256 }: Dataset, path: string, code: Provenance['code']): Provenance {
  const source = { kind: 'npy', name: basename(path), pictures: count, notes: {} };
  return { format: 1, count, imageSize, sha256, source, options: {}, unreadable: [], duplicates: [], code };
}
