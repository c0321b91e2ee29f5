import { eachProduct, type FeatureSet, squaredLengths } from './feature-set.ts';

export interface Neighbour {
  /** Its row in the other set. */
  readonly index: number;
  /** Euclidean. */
  readonly distance: number;
}

/** Calls back with the squared distance of each row of `a` to each row of `b`; rounding may leave -0 or a little less. */
export function eachSquaredDistance(
  a: FeatureSet,
  b: FeatureSet,
  visit: (i: number, j: number, squared: number) => void,
): void {
  const [left, right] = [squaredLengths(a), squaredLengths(b)];
  eachProduct(a, b, (i, j, product) => {
    visit(i, j, (left[i] as number) + (right[j] as number) - 2 * product);
  });
}

/** The nearest row of `b` for each row of `a`. */
export function nearest(a: FeatureSet, b: FeatureSet): Neighbour[] {
  const indices = new Uint32Array(a.count);
  const squares = new Float64Array(a.count).fill(Number.POSITIVE_INFINITY);
  eachSquaredDistance(a, b, (i, j, squared) => {
    if (squared >= (squares[i] as number)) return;
    squares[i] = squared;
    indices[i] = j;
  });
  return Array.from(indices, (index, i) => ({ index, distance: Math.sqrt(Math.max(0, squares[i] as number)) }));
}

/** For each row, the squared distance to its `k`-th nearest other row of the same set. */
export function squaredRadii(set: FeatureSet, k: number): Float64Array {
  // The k smallest so far of each row, in ascending order.
  const smallest = new Float64Array(set.count * k).fill(Number.POSITIVE_INFINITY);
  eachSquaredDistance(set, set, (i, j, squared) => {
    if (i === j) return;
    const start = i * k;
    let at = start + k - 1;
    if (squared >= (smallest[at] as number)) return;
    for (; at > start && squared < (smallest[at - 1] as number); at--) smallest[at] = smallest[at - 1] as number;
    smallest[at] = squared;
  });
  return Float64Array.from({ length: set.count }, (_, row) => smallest[row * k + k - 1] as number);
}
