import { resizeByArea } from '../resize.ts';

/**
 * The difference hash of a picture (Neal Krawetz, "Kind of Like That", The Hacker Factor Blog, January 2013,
 * http://www.hackerfactor.com/blog/index.php?/archives/529-Kind-of-Like-That.html): shrunk to a few grey pixels, one bit for
 * each that says whether the one to its right is brighter. It hardly changes with size, compression and brightness.
 *
 * With the usual 64 bits, tight crops of cars, which are all built alike, come closer to each other than some copies do. So
 * it has 256, as rows of 17.
 */

const side = 16;
/** Words of 32 bits in a hash. */
export const hashWords = (side * side) / 32;

/** The hash of one square RGB picture of `imageSize` pixels each way: 256 bits, row by row. */
export function differenceHash(pixels: Uint8Array, imageSize: number): Uint32Array {
  const small = resizeByArea({ pixels, width: imageSize, height: imageSize }, side + 1, side);
  const hash = new Uint32Array(hashWords);
  for (let y = 0, bit = 0; y < side; y++) {
    let left = brightness(small, y * (side + 1));
    for (let x = 1; x <= side; x++, bit++) {
      const right = brightness(small, y * (side + 1) + x);
      if (right > left) hash[bit >> 5] = ((hash[bit >> 5] as number) | (1 << (bit & 31))) >>> 0;
      left = right;
    }
  }
  return hash;
}

/** Thousandths of ITU-R BT.601's luma. */
function brightness(pixels: Uint8Array, index: number): number {
  const at = index * 3;
  return 299 * (pixels[at] as number) + 587 * (pixels[at + 1] as number) + 114 * (pixels[at + 2] as number);
}

/** In how many bits two hashes differ; `a` and `b` may hold many, one after the other, of which those are taken. */
export function hashDistance(a: Uint32Array, indexA: number, b: Uint32Array, indexB: number): number {
  let distance = 0;
  for (let word = 0; word < hashWords; word++)
    distance += bitCount((a[indexA * hashWords + word] as number) ^ (b[indexB * hashWords + word] as number));
  return distance;
}

/** Ones among 32 bits, counted in parallel (Warren, "Hacker's Delight", 5-1). */
function bitCount(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555);
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
