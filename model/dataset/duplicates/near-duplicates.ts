import { resizeByArea } from '../resize.ts';

/** Each picture's brightness is compared on a grid of this many places each way. */
const grid = 16;
const bits = 2 * grid * (grid - 1);
const words = bits / 32;

/**
 * Hashes that differ in at most this part of their bits are of near duplicates. Chosen on 800 car fronts, where it takes in
 * every pair that is one photograph twice (its background cut out, its colours changed, mirrored), and a few different cars
 * of one make before one background; those cost nothing but a say in which side they fall on.
 */
const alikePart = 0.28;

/**
 * For each picture, the first of its group: the number of the lowest picture that it is a near duplicate of, or a near
 * duplicate of a near duplicate.
 */
export function duplicateGroups(images: Uint8Array, imageSize: number): Uint32Array {
  const pictureBytes = imageSize * imageSize * 3;
  const count = images.length / pictureBytes;
  const [hashes, mirrored] = [new Uint32Array(count * words), new Uint32Array(count * words)];
  for (let index = 0; index < count; index++) {
    const pixels = images.subarray(index * pictureBytes, (index + 1) * pictureBytes);
    const brightness = brightnessOf(pixels, imageSize);
    hashes.set(perceptualHash(brightness), index * words);
    mirrored.set(perceptualHash(mirror(brightness)), index * words);
  }
  const parents = Uint32Array.from({ length: count }, (_, index) => index);
  for (let i = 0; i < count; i++)
    for (let j = i + 1; j < count; j++)
      if (alike(hashes, i, hashes, j) || alike(hashes, i, mirrored, j)) join(parents, i, j);
  return parents.map((_, index) => rootOf(parents, index));
}

function brightnessOf(pixels: Uint8Array, imageSize: number): Float64Array {
  const small = resizeByArea({ pixels, width: imageSize, height: imageSize }, grid, grid);
  return Float64Array.from({ length: grid * grid }, (_, at) => {
    const [red = 0, green = 0, blue = 0] = small.subarray(3 * at, 3 * at + 3);
    return 0.299 * red + 0.587 * green + 0.114 * blue;
  });
}

/** Whether each place is brighter than its neighbour on the left, and than the one above. */
function perceptualHash(brightness: Float64Array): Uint32Array {
  const hash = new Uint32Array(words);
  let at = 0;
  const push = (bit: boolean) => {
    if (bit) hash[at >> 5] = (hash[at >> 5] as number) | (1 << (at & 31));
    at++;
  };
  const value = (row: number, column: number) => brightness[row * grid + column] as number;
  for (let row = 0; row < grid; row++)
    for (let column = 0; column < grid; column++) {
      if (column > 0) push(value(row, column) > value(row, column - 1));
      if (row > 0) push(value(row, column) > value(row - 1, column));
    }
  return hash;
}

function mirror(brightness: Float64Array): Float64Array {
  return brightness.map((_, at) => brightness[at - (at % grid) + grid - 1 - (at % grid)] as number);
}

function alike(a: Uint32Array, i: number, b: Uint32Array, j: number): boolean {
  let different = 0;
  for (let word = 0; word < words; word++) {
    different += countBits((a[i * words + word] as number) ^ (b[j * words + word] as number));
    if (different > alikePart * bits) return false;
  }
  return true;
}

/** How many of 32 bits are set, all at once in pairs, fours, eights (Warren, Hacker's Delight, 5-1). */
function countBits(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555);
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

function join(parents: Uint32Array, one: number, other: number): void {
  const [a, b] = [rootOf(parents, one), rootOf(parents, other)];
  parents[Math.max(a, b)] = Math.min(a, b);
}

function rootOf(parents: Uint32Array, index: number): number {
  let root = index;
  while (parents[root] !== root) {
    // Halves the way for those who come after.
    parents[root] = parents[parents[root] as number] as number;
    root = parents[root] as number;
  }
  return root;
}
