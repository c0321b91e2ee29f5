import type { StagedFile } from '../files.ts';

/** Files of new datasets, each whole, that get their names together. */
export interface StagedDatasets {
  /** The `.npy` of each. */
  readonly arrays: StagedFile[];
  /** What goes beside them. */
  readonly beside: StagedFile[];
}

/**
 * Gives all files their names, one right after another.
 *
 * The arrays are last. A reader refuses an array whose SHA-256 is not that in the `.json` beside it, and takes one that has
 * none for somebody else's. So what is left when this is broken off is at worst an old array that is refused, or no array;
 * and of two parts that were split anew, a new one can never be read beside an old one, which may hold the same pictures.
 * The other way round, a new array could be left without its provenance, and nobody would notice.
 *
 * @throws FreshcarError as `commit` of the first file that cannot have its name; those after it are not touched.
 */
export async function commitDatasets({ arrays, beside }: StagedDatasets): Promise<void> {
  for (const file of [...beside, ...arrays]) await file.commit();
}

/** Removes those that have not got their names. */
export async function discardDatasets({ arrays, beside }: StagedDatasets): Promise<void> {
  for (const file of [...beside, ...arrays]) await file.discard();
}
