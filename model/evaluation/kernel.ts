import type { Random } from '../random.ts';
import { productBlocks } from '../row-products.ts';
import { type FeatureSet, pickRows } from './feature-set.ts';

/** How far two sets are apart by the kernel, and how much that moves from subset to subset. */
export interface KernelDistance {
  /** The estimate over all pictures. 0 on average for two samples of the same pictures, and so sometimes below 0. */
  readonly distance: number;
  /** Standard deviation of the estimate over the subsets. */
  readonly spread: number;
  readonly subsetSize: number;
}

export interface SubsetOptions {
  readonly subsets: number;
  /** Pictures of each set in a subset, drawn without putting back. */
  readonly subsetSize: number;
  readonly random: Random;
}

/**
 * The kernel distance of two sets (KID; Binkowski et al. 2018): the unbiased estimate of the squared maximum mean
 * discrepancy with the kernel (x y / size + 1)^3. The kernel of each pair is summed as it comes, block by block, and kept
 * nowhere: for 40,000 pictures all of them would take 13 GB.
 */
export async function kernelDistance(
  a: FeatureSet,
  b: FeatureSet,
  { subsets, subsetSize, random }: SubsetOptions,
): Promise<KernelDistance> {
  const distance = await discrepancy(a, b);
  const estimates: number[] = [];
  for (let subset = 0; subset < subsets; subset++) {
    const [one, other] = [draw(a.count, subsetSize, random), draw(b.count, subsetSize, random)];
    estimates.push(await discrepancy(pickRows(a, one), pickRows(b, other)));
  }
  const mean = estimates.reduce((sum, value) => sum + value, 0) / subsets;
  const variance = estimates.reduce((sum, value) => sum + (value - mean) ** 2, 0) / subsets;
  return { distance, spread: Math.sqrt(variance), subsetSize };
}

async function discrepancy(a: FeatureSet, b: FeatureSet): Promise<number> {
  const between = (await sumBetween(a, b)) / (a.count * b.count);
  return (await meanWithin(a)) + (await meanWithin(b)) - 2 * between;
}

/** Over all pairs of two different rows. */
async function meanWithin(set: FeatureSet): Promise<number> {
  let sum = 0;
  for await (const { firstRow, rows, firstColumn, columns, products } of productBlocks(set, set, { upper: true }))
    for (let row = 0; row < rows; row++) {
      const behindDiagonal = Math.max(0, firstRow + row + 1 - firstColumn);
      sum += sumOfKernels(products, row * columns + behindDiagonal, (row + 1) * columns, set.size);
    }
  return sum / ((set.count * (set.count - 1)) / 2);
}

async function sumBetween(a: FeatureSet, b: FeatureSet): Promise<number> {
  let sum = 0;
  for await (const { products } of productBlocks(a, b)) sum += sumOfKernels(products, 0, products.length, a.size);
  return sum;
}

function sumOfKernels(products: Float32Array | Float64Array, from: number, to: number, size: number): number {
  let sum = 0;
  for (let at = from; at < to; at++) {
    const value = (products[at] as number) / size + 1;
    sum += value * value * value;
  }
  return sum;
}

/** `size` different whole numbers below `count`, by the first steps of a shuffle. */
function draw(count: number, size: number, random: Random): number[] {
  const numbers = Array.from({ length: count }, (_, index) => index);
  for (let at = 0; at < size; at++) {
    const other = at + random.integer(count - at);
    [numbers[at], numbers[other]] = [numbers[other] as number, numbers[at] as number];
  }
  return numbers.slice(0, size);
}
