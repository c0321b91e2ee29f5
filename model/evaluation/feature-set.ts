import type { Rows } from '../row-products.ts';

/** Pictures as a feature network sees them: `count` rows of `size` numbers, one after the other. */
export type FeatureSet = Rows;

/** Some rows of a set, in the order in which they are named. */
export function pickRows({ values, size }: FeatureSet, rows: readonly number[]): FeatureSet {
  const picked = new Float32Array(rows.length * size);
  rows.forEach((row, at) => {
    picked.set(values.subarray(row * size, (row + 1) * size), at * size);
  });
  return { values: picked, count: rows.length, size };
}

/** The square of each row's length. */
export function squaredLengths({ values, count, size }: FeatureSet): Float64Array {
  return Float64Array.from({ length: count }, (_, row) => {
    let sum = 0;
    for (let at = row * size; at < (row + 1) * size; at++) sum += (values[at] as number) ** 2;
    return sum;
  });
}

/** The squared distance of two rows, from their differences: 0 for equal ones, and exact for near ones. */
export function squaredDistance(a: FeatureSet, i: number, b: FeatureSet, j: number): number {
  const { values: left, size } = a;
  const { values: right } = b;
  let sum = 0;
  for (let at = 0; at < size; at++) sum += ((left[i * size + at] as number) - (right[j * size + at] as number)) ** 2;
  return sum;
}
