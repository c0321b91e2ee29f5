import type { Random } from '../random.ts';
import { eachProduct, type FeatureSet } from './feature-set.ts';

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
 * discrepancy with the kernel (x y / size + 1)^3.
 */
export function kernelDistance(a: FeatureSet, b: FeatureSet, options: SubsetOptions): KernelDistance {
  const kernels = { aa: kernel(a, a), bb: kernel(b, b), ab: kernel(a, b) };
  const every = ({ count }: FeatureSet) => Array.from({ length: count }, (_, index) => index);
  const distance = discrepancy(kernels, every(a), every(b), b.count);
  const { subsets, subsetSize, random } = options;
  const estimates = Array.from({ length: subsets }, () =>
    discrepancy(kernels, draw(a.count, subsetSize, random), draw(b.count, subsetSize, random), b.count),
  );
  const mean = estimates.reduce((sum, value) => sum + value, 0) / subsets;
  const variance = estimates.reduce((sum, value) => sum + (value - mean) ** 2, 0) / subsets;
  return { distance, spread: Math.sqrt(variance), subsetSize };
}

function kernel(a: FeatureSet, b: FeatureSet): Float64Array {
  const values = new Float64Array(a.count * b.count);
  eachProduct(a, b, (i, j, product) => {
    values[i * b.count + j] = (product / a.size + 1) ** 3;
  });
  return values;
}

type Kernels = Readonly<Record<'aa' | 'bb' | 'ab', Float64Array>>;

/** Of the rows `one` of the first set and `other` of the second, which has `width` rows in all. */
function discrepancy(kernels: Kernels, one: readonly number[], other: readonly number[], width: number): number {
  const within = (values: Float64Array, rows: readonly number[]) => {
    const side = Math.sqrt(values.length);
    return (sumOver(values, rows, rows, side) - sumOfDiagonal(values, rows, side)) / (rows.length * (rows.length - 1));
  };
  const between = sumOver(kernels.ab, one, other, width) / (one.length * other.length);
  return within(kernels.aa, one) + within(kernels.bb, other) - 2 * between;
}

function sumOver(values: Float64Array, rows: readonly number[], columns: readonly number[], width: number): number {
  let sum = 0;
  for (const row of rows) for (const column of columns) sum += values[row * width + column] as number;
  return sum;
}

function sumOfDiagonal(values: Float64Array, rows: readonly number[], width: number): number {
  return rows.reduce((sum, row) => sum + (values[row * width + row] as number), 0);
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
