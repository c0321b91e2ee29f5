import { posix } from 'node:path';

/** How many kinds of one folder's photographs are drawn. */
export interface FolderRecall {
  /** The folder inside of the dataset's source; empty for the source itself. */
  readonly folder: string;
  readonly pictures: number;
  /** 0 to 1. */
  readonly recall: number;
}

/**
 * Recall by the folders that the real pictures were packed from, the largest first: what a model draws of each source.
 *
 * @param covered of each real picture, how far it lies among the cars; NaN where it was not compared.
 * @param names where each picture was packed from, inside of its source.
 */
export function recallByFolder(covered: Float64Array, names: readonly string[]): FolderRecall[] {
  const folders = new Map<string, number[]>();
  covered.forEach((share, at) => {
    const folder = posix.dirname(names[at] ?? '').replace(/^\.$/, '');
    if (!Number.isNaN(share)) folders.set(folder, [...(folders.get(folder) ?? []), share]);
  });
  return [...folders]
    .map(([folder, shares]) => ({
      folder,
      pictures: shares.length,
      recall: shares.reduce((sum, share) => sum + share, 0) / shares.length,
    }))
    .sort((one, other) => other.pictures - one.pictures);
}
