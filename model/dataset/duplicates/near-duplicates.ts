import { productBlocks } from '../../row-products.ts';
import { differenceBits as bits, brightnessOf, differences, mirrored as mirror } from './difference-hash.ts';
import { createGroups } from './groups.ts';

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
      if (firstColumn + columns >= count) report(Math.round((firstRow + rows + (others === plain ? 0 : count)) / 2));
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
    plain.set(differences(brightness), index * bits);
    mirrored.set(differences(mirror(brightness)), index * bits);
  }
  const rows = { count, size: bits };
  return { plain: { ...rows, values: plain }, mirrored: { ...rows, values: mirrored } };
}
