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

/** Calls back with the scalar product of each row of `a` and each row of `b`, row after row of `a`. */
export function eachProduct(
  a: FeatureSet,
  b: FeatureSet,
  visit: (i: number, j: number, product: number) => void,
): void {
  const { values: left, size } = a;
  const { values: right } = b;
  for (let i = 0; i < a.count; i++)
    for (let j = 0; j < b.count; j++) {
      const [from, to] = [i * size, j * size];
      let sum = 0;
      for (let k = 0; k < size; k++) sum += (left[from + k] as number) * (right[to + k] as number);
      visit(i, j, sum);
    }
}

/** The square of each row's length. */
export function squaredLengths({ values, count, size }: FeatureSet): Float64Array {
  return Float64Array.from({ length: count }, (_, row) => {
    let sum = 0;
    for (let at = row * size; at < (row + 1) * size; at++) sum += (values[at] as number) ** 2;
    return sum;
  });
}
