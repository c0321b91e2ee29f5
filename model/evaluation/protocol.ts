import { duplicateGroups } from '../dataset/duplicates/near-duplicates.ts';
import { resizeByArea } from '../dataset/resize.ts';
import { sha256 } from '../files.ts';

/**
 * How models are compared, fixed so that the numbers of different days and machines can be put in one table. Whoever
 * changes a number here raises `version`, which goes into every result.
 */
export const protocol = {
  version: 2,
  /** The cars that are measured: seeds 0 to 2047. */
  cars: 2048,
  firstSeed: 0,
  /** Of the pictures, the part that no training sees. */
  heldOutPart: 15 / 100,
  /** For the spread of the kernel distance: so many subsets of half the smaller set, or of the paper's size. */
  subsets: 100,
  largestSubset: 1000,
  subsetSeed: 0,
  /** The paper's k of precision and recall. */
  neighbours: 3,
  closestPairs: 12,
} as const;

/** Numbers of pictures, in ascending order. */
export interface Split {
  readonly training: readonly number[];
  readonly heldOut: readonly number[];
}

/** Packed images, `count * imageSize * imageSize * 3` bytes. */
export interface Images {
  readonly images: Uint8Array;
  readonly imageSize: number;
}

export interface SplitPicturesOptions {
  readonly part?: number | undefined;
  readonly heldBefore?: Images | undefined;
  readonly report?: ((done: number, total: number) => void) | undefined;
}

/**
 * Pictures are hashed and grouped at this size whatever theirs is, so that a photograph of 64 pixels falls on the same side
 * packed at 32 and at 64. A larger one does not: shrunk twice, it is not the same to the bit.
 */
const hashedSize = 32;

/**
 * Which pictures are for training and which are held out, by a hash of their own bytes: the same picture falls on the
 * same side in any file, in any order. Near duplicates fall on one side, that of the one with the lowest hash.
 *
 * @param options.part Of the images, the part to hold out; the protocol's unless told otherwise. A larger part holds all of a smaller.
 * @param options.heldBefore Images that an earlier split held out: these, and their near duplicates, stay held out whatever their hash.
 * @param options.report Is told how many of how many pictures have been compared with the others.
 */
export async function splitPictures(
  images: Uint8Array,
  imageSize: number,
  { part = protocol.heldOutPart, heldBefore, report = () => undefined }: SplitPicturesOptions = {},
): Promise<Split> {
  const pictures = hashed(images, imageSize);
  const earlier = heldBefore === undefined ? [] : hashed(heldBefore.images, heldBefore.imageSize);
  // Grouped in the order of their hashes, which is the same whatever the order in the file.
  const all = [...pictures, ...earlier].sort((a, b) => (a.hash < b.hash ? -1 : 1));
  const groups = await duplicateGroups(Buffer.concat(all.map(({ pixels }) => pixels)), hashedSize, (done) =>
    report(Math.min(done, pictures.length), pictures.length),
  );
  const groupOf = new Map(all.map((picture, at) => [picture, groups[at] as number]));
  const lowest = new Map<number, string>();
  for (const picture of pictures) {
    const group = groupOf.get(picture) as number;
    const known = lowest.get(group);
    if (known === undefined || picture.hash < known) lowest.set(group, picture.hash);
  }
  const heldOutGroups = new Set([
    ...earlier.map((picture) => groupOf.get(picture)),
    ...[...lowest].filter(([, hash]) => isHeldOut(hash, part)).map(([group]) => group),
  ]);
  const numbers = pictures.map((_, index) => index);
  const heldOut = (index: number) => heldOutGroups.has(groupOf.get(pictures[index] as HashedPicture));
  return { training: numbers.filter((index) => !heldOut(index)), heldOut: numbers.filter(heldOut) };
}

interface HashedPicture {
  /** At the size that it is hashed at. */
  readonly pixels: Uint8Array;
  readonly hash: string;
}

function hashed(images: Uint8Array, imageSize: number): HashedPicture[] {
  const bytes = imageSize * imageSize * 3;
  return Array.from({ length: images.length / bytes }, (_, index) => {
    const picture = images.subarray(index * bytes, (index + 1) * bytes);
    const pixels = resizeByArea({ pixels: picture, width: imageSize, height: imageSize }, hashedSize, hashedSize);
    return { pixels, hash: sha256(pixels) };
  });
}

/** Hashed again, because the lowest of several hashes is lower than most. */
function isHeldOut(hash: string, part: number): boolean {
  return Number.parseInt(sha256(Buffer.from(hash, 'hex')).slice(0, 8), 16) / 2 ** 32 < part;
}
