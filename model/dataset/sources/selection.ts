/** The layouts of files that pictures are read from; `auto` tells them apart by the files that only one of them has. */
export const layouts = ['auto', 'folder', 'compcars', 'stanford-cars', 'cifar-10'] as const;
export type Layout = (typeof layouts)[number];

export const splits = ['all', 'train', 'test'] as const;

/** Which pictures of a source are wanted, for sources that are divided. */
export interface Selection {
  readonly split: (typeof splits)[number];
  /** Names of classes or colours as the source calls them; all of them when empty. */
  readonly only: readonly string[];
}

/** Which pictures count as the same: those whose packed pixels are equal, or those that look alike too. */
export const duplicateKinds = ['exact', 'near'] as const;
export type DuplicateKind = (typeof duplicateKinds)[number];
