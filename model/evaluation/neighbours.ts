import { type ProductBlock, productBlocks } from '../row-products.ts';
import { type FeatureSet, squaredDistance, squaredLengths } from './feature-set.ts';

export interface Neighbour {
  /** Its row in the other set. */
  readonly index: number;
  /** Euclidean. */
  readonly distance: number;
}

/** Squared distances under this part of the squared lengths lose too many digits as a difference of large numbers. */
const nearPart = 1e-3;

/** The squared distance of each row of `a` to each row of `b`, block by block, in the place of the products. */
export async function* squaredDistanceBlocks(a: FeatureSet, b: FeatureSet): AsyncGenerator<ProductBlock> {
  const [left, right] = [squaredLengths(a), squaredLengths(b)];
  for await (const block of productBlocks(a, b)) {
    const { firstRow, rows, firstColumn, columns, products } = block;
    for (let row = 0, at = 0; row < rows; row++) {
      const length = left[firstRow + row] as number;
      for (let column = 0; column < columns; column++, at++) {
        const lengths = length + (right[firstColumn + column] as number);
        const squared = lengths - 2 * (products[at] as number);
        products[at] =
          squared > nearPart * lengths ? squared : squaredDistance(a, firstRow + row, b, firstColumn + column);
      }
    }
    yield block;
  }
}

/** The nearest row of `b` for each row of `a`. */
export async function nearest(a: FeatureSet, b: FeatureSet): Promise<Neighbour[]> {
  const indices = new Uint32Array(a.count);
  const squares = new Float64Array(a.count).fill(Number.POSITIVE_INFINITY);
  for await (const { firstRow, rows, firstColumn, columns, products } of squaredDistanceBlocks(a, b))
    for (let row = 0; row < rows; row++) {
      let [least, index] = [squares[firstRow + row] as number, indices[firstRow + row] as number];
      for (let column = 0; column < columns; column++) {
        const squared = products[row * columns + column] as number;
        if (squared < least) [least, index] = [squared, firstColumn + column];
      }
      squares[firstRow + row] = least;
      indices[firstRow + row] = index;
    }
  return Array.from(indices, (index, i) => ({ index, distance: Math.sqrt(squaredDistance(a, i, b, index)) }));
}

/** For each row, the squared distance to its `k`-th nearest other row of the same set. */
export async function squaredRadii(set: FeatureSet, k: number): Promise<Float64Array> {
  // The k smallest so far of each row, in ascending order.
  const smallest = new Float64Array(set.count * k).fill(Number.POSITIVE_INFINITY);
  for await (const { firstRow, rows, firstColumn, columns, products } of squaredDistanceBlocks(set, set))
    for (let row = 0; row < rows; row++) {
      const nearest = smallest.subarray((firstRow + row) * k, (firstRow + row + 1) * k);
      const itself = firstRow + row - firstColumn;
      for (let column = 0; column < columns; column++) {
        const squared = products[row * columns + column] as number;
        if (squared < (nearest[k - 1] as number) && column !== itself) insert(nearest, squared);
      }
    }
  return Float64Array.from({ length: set.count }, (_, row) => smallest[row * k + k - 1] as number);
}

/** Puts a number at its place among ascending ones, the last of which leaves. */
function insert(ascending: Float64Array, value: number): void {
  let at = ascending.length - 1;
  for (; at > 0 && value < (ascending[at - 1] as number); at--) ascending[at] = ascending[at - 1] as number;
  ascending[at] = value;
}
