import { readDataset } from '../dataset/read-dataset.ts';
import { FreshcarError } from '../errors.ts';
import { fewest } from '../evaluation/evaluate.ts';
import { protocol } from '../evaluation/protocol.ts';
import { openFolder } from '../store/folder.ts';
import type { Terminal } from '../terminal.ts';

/** A packed `.npy` each: pictures that the model was not trained on, and those that it was. */
export interface MeasuringData {
  readonly heldOut: string;
  readonly train: string;
}

/**
 * Finds out before a training whether its model can be measured after it.
 *
 * @throws FreshcarError `invalid-input` when there are too few pictures, and as `readDataset` does.
 */
export async function checkMeasurable({ heldOut, train }: MeasuringData): Promise<void> {
  for (const file of [heldOut, train]) {
    const { count } = await readDataset(file);
    if (count < fewest)
      throw new FreshcarError(
        'invalid-input',
        `${file} has ${count} pictures, too few to measure with: at least ${fewest}.`,
      );
  }
}

/**
 * Measures a bundle by the protocol, keeps the scores in its manifest, and says them in one line of the log, of which a
 * tuning of hyperparameters reads what it is to make smaller.
 */
export async function measureModel(bundle: string, { heldOut, train }: MeasuringData, terminal: Terminal) {
  const { runEvaluation } = await import('../evaluation/run-evaluation.ts');
  const { cars: count, firstSeed: seed } = protocol;
  await runEvaluation(
    { model: bundle, data: heldOut, train, range: '0..255', count, seed, truncation: 1, save: true },
    terminal,
  );
  const source = await openFolder(bundle);
  const version = (await source.readPointer())?.pointer.version ?? '';
  const { scores } = await source.readManifest(version);
  terminal.out.write(`${scoreLine(scores)}\n`);
}

/** The scores as a line of text. Its form is a contract, as that of the progress lines is. */
export function scoreLine(scores: Readonly<Record<string, number>>): string {
  const shown = ['kid', 'fid', 'precision', 'recall'].map((name) => `${name}=${scores[name]?.toPrecision(6)}`);
  return `measured ${shown.join(' ')}`;
}
