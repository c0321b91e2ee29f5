/** Pictures as a feature network sees them: `count` rows of `size` numbers, one after the other. */
export interface FeatureSet {
  readonly values: Float32Array;
  readonly count: number;
  readonly size: number;
}

/** Rows `first` to `first + count - 1`, on the same memory. */
export function rowsOf({ values, size }: FeatureSet, first: number, count: number): FeatureSet {
  return { values: values.subarray(first * size, (first + count) * size), count, size };
}

/**
 * Calls back with the scalar product of each row of `a` and each row of `b`; for each row of `a`, those of `b` in order.
 *
 * Four rows of `a` at once: each number of `b` is read once for all four, and their sums need not wait for each other.
 */
export function eachProduct(
  a: FeatureSet,
  b: FeatureSet,
  visit: (i: number, j: number, product: number) => void,
): void {
  const { values: left, size } = a;
  const { values: right } = b;
  for (let i = 0; i < a.count; i += 4) {
    // Past the last row, the last one again: its products are not told twice.
    const [one, two, three, four] = [0, 1, 2, 3].map((step) => Math.min(i + step, a.count - 1) * size) as Four;
    for (let j = 0; j < b.count; j++) {
      const from = j * size;
      let [w, x, y, z] = [0, 0, 0, 0];
      for (let k = 0; k < size; k++) {
        const value = right[from + k] as number;
        w += (left[one + k] as number) * value;
        x += (left[two + k] as number) * value;
        y += (left[three + k] as number) * value;
        z += (left[four + k] as number) * value;
      }
      visit(i, j, w);
      if (i + 1 < a.count) visit(i + 1, j, x);
      if (i + 2 < a.count) visit(i + 2, j, y);
      if (i + 3 < a.count) visit(i + 3, j, z);
    }
  }
}

type Four = [number, number, number, number];

/** The square of each row's length. */
export function squaredLengths({ values, count, size }: FeatureSet): Float64Array {
  return Float64Array.from({ length: count }, (_, row) => {
    let sum = 0;
    for (let at = row * size; at < (row + 1) * size; at++) sum += (values[at] as number) ** 2;
    return sum;
  });
}
