import type { Dataset } from '../dataset/read-dataset.ts';
import { FreshcarError } from '../errors.ts';
import { sha256 } from '../files.ts';

/**
 * What makes numbers mean less than they seem to, in sentences.
 *
 * @param trainedOn The SHA-256 of the `.npy` that the model says it was trained on; undefined where it says nothing.
 * @param data Real pictures that it should never have seen.
 * @param training Those that it is said to have been trained on.
 */
export function doubts(trainedOn: string | undefined, data: Dataset, training: Dataset | undefined): string[] {
  if (trainedOn === undefined) return [];
  if (trainedOn === data.sha256)
    return [
      'The model was trained on these very pictures, so copies of them would score best; measure with held-out ones.',
    ];
  if (trainedOn === data.provenance?.options.partOf)
    return [
      'The model was trained on the whole set that these held-out pictures are a part of, so it has seen them, and the ' +
        'scores are too good. Train on the other part, which freshcar dataset split wrote as --out-train.',
    ];
  if (training && trainedOn !== training.sha256)
    return [
      'The model says that it was trained on other pictures than those of --train; it may have seen those of --data.',
    ];
  return [];
}

interface Sharing {
  /** Whether the scores are to be kept. */
  readonly save: boolean;
  readonly warn: (message: string) => void;
}

/**
 * Finds out before the measuring whether pictures of the training are among those to measure with.
 *
 * @throws FreshcarError `invalid-input` when most of them are, or any where scores are to be kept.
 */
export function refuseSharedPictures(data: Dataset, training: Dataset | undefined, { save, warn }: Sharing): void {
  if (training === undefined || training.imageSize !== data.imageSize) return;
  const known = new Set(hashesOf(training));
  const shared = hashesOf(data).filter((hash) => known.has(hash)).length;
  if (shared === 0) return;
  const found = `${shared} of the ${data.count} pictures of --data are in --train too`;
  if (!save && shared * 2 < data.count) {
    warn(`${found}, so the model scores better than it is.`);
    return;
  }
  throw new FreshcarError(
    'invalid-input',
    `${found}, so nothing can be said about copies${save ? ', and no scores are saved' : ''}. ` +
      'Measure with pictures that it was not trained on: freshcar dataset split holds some back.',
  );
}

function hashesOf({ images, imageSize, count }: Dataset): string[] {
  const bytes = imageSize ** 2 * 3;
  return Array.from({ length: count }, (_, row) => sha256(images.subarray(row * bytes, (row + 1) * bytes)));
}
