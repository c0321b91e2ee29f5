import { mirrorRows } from '../../image.ts';
import { differenceHash, hashDistance, hashWords } from './difference-hash.ts';
import { nearDistance } from './duplicates.ts';

/** Packed pictures, one after the other. */
export interface KnownPictures {
  /** What they are called in the provenance. */
  readonly name: string;
  readonly images: Uint8Array;
  readonly imageSize: number;
  readonly count: number;
}

/**
 * Looks pictures up among known ones, such as those held back for measuring: returns the name of the first that a picture is
 * the same as, nearly so or mirrored, or undefined. Both may be packed at different sizes.
 */
export function findKnown({ name, images, imageSize, count }: KnownPictures) {
  const bytes = imageSize * imageSize * 3;
  const hashes = new Uint32Array(2 * count * hashWords);
  for (let index = 0; index < count; index++) {
    const pixels = images.subarray(index * bytes, (index + 1) * bytes);
    hashes.set(differenceHash(pixels, imageSize), 2 * index * hashWords);
    hashes.set(differenceHash(mirrorRows(pixels, imageSize), imageSize), (2 * index + 1) * hashWords);
  }
  return (pixels: Uint8Array, size: number): string | undefined => {
    const hash = differenceHash(pixels, size);
    for (let at = 0; at < 2 * count; at++)
      if (hashDistance(hash, 0, hashes, at) <= nearDistance) return `${name}, picture ${at >> 1}`;
    return undefined;
  };
}
