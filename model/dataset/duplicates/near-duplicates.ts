import { productBlocks } from '../../row-products.ts';
import { resizeByArea } from '../resize.ts';
import { createGroups } from './groups.ts';

/** Each picture's brightness is compared on a grid of this many places each way. */
const grid = 16;
const bits = 2 * grid * (grid - 1);

/**
 * Hashes that differ in at most this part of their bits are of near duplicates. Chosen on 800 car fronts, where it takes in
 * every pair that is one photograph twice (its background cut out, its colours changed, mirrored), and a few different cars
 * of one make before one background; those cost nothing but a say in which side they fall on.
 */
const alikePart = 0.28;

/**
 * Within this part, two pictures are one photograph whatever else is near. Above it a group takes no more than so many
 * pictures: of 40,000 photographs of one street corner nearly every one has some other that is alike, and friends of friends
 * of friends would be all of them.
 */
const samePart = 0.1;
const largestGroup = 64;
/** Pairs that are kept at once; where there are more, only the nearest ones count. */
const mostPairs = 8_000_000;

/**
 * For each picture, the first of its group: the number of the lowest picture that it is a near duplicate of, or a near
 * duplicate of a near duplicate. Groups grow from the nearest pairs on, so that what does not fit into one is least alike. The
 * order of the pictures does not matter, but for pairs that are equally near.
 *
 * @param report is told how many pictures have been compared with all others.
 */
export async function duplicateGroups(
  images: Uint8Array,
  imageSize: number,
  report: (done: number) => void = () => undefined,
): Promise<Uint32Array> {
  const { plain, mirrored } = hashesOf(images, imageSize);
  const count = plain.count;
  const groups = createGroups(count);
  const pairs = createPairs();
  for (const others of [plain, mirrored])
    for await (const { firstRow, rows, firstColumn, columns, products } of productBlocks(plain, others, {
      upper: true,
    })) {
      if (firstColumn + columns >= count)
        report(Math.round((firstRow + rows) / 2) + (others === plain ? 0 : count / 2));
      for (let row = 0; row < rows; row++)
        for (let column = Math.max(0, firstRow + row + 1 - firstColumn); column < columns; column++) {
          const product = products[row * columns + column] as number;
          if (product < pairs.leastProduct) continue;
          const [i, j] = [firstRow + row, firstColumn + column];
          const distance = (bits - Math.round(product)) / 2;
          if (distance <= samePart * bits) groups.join(i, j);
          else pairs.add(i, j, distance);
        }
    }
  for (const [i, j] of pairs.nearestFirst()) groups.join(i, j, largestGroup);
  return groups.firsts();
}

/** Pairs of pictures by how far apart they are; when there are too many, those furthest apart are forgotten. */
function createPairs() {
  let furthest = Math.floor(alikePart * bits);
  let count = 0;
  let byDistance: number[][] = Array.from({ length: furthest + 1 }, () => []);
  const pairs = {
    /** Of two hashes of plus and minus ones that are near enough. */
    leastProduct: bits - 2 * furthest,
    add: (i: number, j: number, distance: number) => {
      byDistance[distance]?.push(i, j);
      count++;
      while (count > mostPairs && furthest > 0) {
        count -= (byDistance[furthest]?.length ?? 0) / 2;
        byDistance = byDistance.slice(0, furthest);
        furthest--;
        pairs.leastProduct = bits - 2 * furthest;
      }
    },
    *nearestFirst(): Generator<[number, number]> {
      for (const list of byDistance)
        for (let at = 0; at < list.length; at += 2) yield [list[at] as number, list[at + 1] as number];
    },
  };
  return pairs;
}

/** A hash for each picture and one for its mirror image, as rows of plus and minus ones. */
function hashesOf(images: Uint8Array, imageSize: number) {
  const pictureBytes = imageSize * imageSize * 3;
  const count = images.length / pictureBytes;
  const [plain, mirrored] = [new Float32Array(count * bits), new Float32Array(count * bits)];
  for (let index = 0; index < count; index++) {
    const pixels = images.subarray(index * pictureBytes, (index + 1) * pictureBytes);
    const brightness = brightnessOf(pixels, imageSize);
    fillHash(brightness, plain.subarray(index * bits, (index + 1) * bits));
    fillHash(mirror(brightness), mirrored.subarray(index * bits, (index + 1) * bits));
  }
  const rows = { count, size: bits };
  return { plain: { ...rows, values: plain }, mirrored: { ...rows, values: mirrored } };
}

function brightnessOf(pixels: Uint8Array, imageSize: number): Float64Array {
  const small = resizeByArea({ pixels, width: imageSize, height: imageSize }, grid, grid);
  return Float64Array.from({ length: grid * grid }, (_, at) => {
    const [red = 0, green = 0, blue = 0] = small.subarray(3 * at, 3 * at + 3);
    return 0.299 * red + 0.587 * green + 0.114 * blue;
  });
}

/** Whether each place is brighter than its neighbour on the left, and than the one above: 1 or -1. */
function fillHash(brightness: Float64Array, hash: Float32Array): void {
  let at = 0;
  const value = (row: number, column: number) => brightness[row * grid + column] as number;
  for (let row = 0; row < grid; row++)
    for (let column = 0; column < grid; column++) {
      if (column > 0) hash[at++] = value(row, column) > value(row, column - 1) ? 1 : -1;
      if (row > 0) hash[at++] = value(row, column) > value(row - 1, column) ? 1 : -1;
    }
}

function mirror(brightness: Float64Array): Float64Array {
  return brightness.map((_, at) => brightness[at - (at % grid) + grid - 1 - (at % grid)] as number);
}
