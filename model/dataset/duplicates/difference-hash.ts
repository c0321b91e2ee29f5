import { resizeByArea } from '../resize.ts';

/**
 * The difference hash of a picture (Neal Krawetz, "Kind of Like That", The Hacker Factor Blog, January 2013,
 * http://www.hackerfactor.com/blog/index.php?/archives/529-Kind-of-Like-That.html): shrunk to a few grey pixels, one bit for
 * each that says whether the one to its right is brighter. It hardly changes with size, compression and brightness.
 *
 * With the usual 64 bits, tight crops of cars, which are all built alike, come closer to each other than some copies do. So
 * there are more, in two forms: 256 bits, which are quickly found again among very many, and 480 plus and minus ones, which
 * compare upright neighbours too, and whose products measure how many differ. Which images are held back hangs on the
 * second to the bit, so neither is to be changed.
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

/** Places each way whose brightness is compared, and how many comparisons that makes. */
const grid = 16;
export const differenceBits = 2 * grid * (grid - 1);

/** The brightness of a square RGB image of `imageSize` pixels each way on the grid, row by row. */
export function brightnessOf(pixels: Uint8Array, imageSize: number): Float64Array {
  const small = resizeByArea({ pixels, width: imageSize, height: imageSize }, grid, grid);
  return Float64Array.from({ length: grid * grid }, (_, at) => {
    const [red = 0, green = 0, blue = 0] = small.subarray(3 * at, 3 * at + 3);
    return 0.299 * red + 0.587 * green + 0.114 * blue;
  });
}

/** Whether each place of the grid is brighter than its neighbour on the left, and than the one above: 1 or -1. */
export function differences(brightness: Float64Array): Float32Array {
  const hash = new Float32Array(differenceBits);
  let at = 0;
  const value = (row: number, column: number) => brightness[row * grid + column] as number;
  for (let row = 0; row < grid; row++)
    for (let column = 0; column < grid; column++) {
      if (column > 0) hash[at++] = value(row, column) > value(row, column - 1) ? 1 : -1;
      if (row > 0) hash[at++] = value(row, column) > value(row - 1, column) ? 1 : -1;
    }
  return hash;
}

/** The grid of the mirror image. */
export function mirrored(brightness: Float64Array): Float64Array {
  return brightness.map((_, at) => brightness[at - (at % grid) + grid - 1 - (at % grid)] as number);
}
