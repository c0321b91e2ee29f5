import type { FeatureSet } from './feature-set.ts';
import { type Neighbour, nearest } from './neighbours.ts';

/** A generated picture and the training picture nearest to it. */
export interface Pair {
  /** Its number among the generated pictures. */
  readonly car: number;
  /** The row of the training picture. */
  readonly training: number;
  /** Their distance over the median distance of held-out pictures to theirs. */
  readonly ratio: number;
}

export interface Copying {
  /** Median distance of the held-out real pictures to their nearest training pictures: what "no copy" looks like. */
  readonly heldOutDistance: number;
  /** Medians and smallest of the generated pictures' distances, over `heldOutDistance`. Near 1: as new as a new car. */
  readonly medianRatio: number;
  readonly smallestRatio: number;
  /** Generated pictures whose ratio is under `suspiciousRatio`. */
  readonly suspicious: number;
  /** The closest pairs, the closest first; a training picture again only when all others have been named. */
  readonly closest: readonly Pair[];
}

/** A picture this near, compared with held-out ones, deserves a look. */
export const suspiciousRatio = 0.6;

/** How near held-out real pictures come to the training pictures, as a median: the unit of `checkCopying`. */
export async function heldOutDistanceOf(heldOut: FeatureSet, training: FeatureSet): Promise<number> {
  return median((await nearest(heldOut, training)).map(({ distance }) => distance));
}

/**
 * Whether generated pictures are copies of training pictures: the distance of each to its nearest training picture, against
 * `heldOutDistance`.
 */
export async function checkCopying(
  generated: FeatureSet,
  training: FeatureSet,
  heldOutDistance: number,
  pairs: number,
): Promise<Copying> {
  const ratios = (await nearest(generated, training)).map(
    ({ index, distance }: Neighbour, car): Pair => ({ car, training: index, ratio: distance / heldOutDistance }),
  );
  const sorted = ratios.toSorted((one, other) => one.ratio - other.ratio);
  const seen = new Set<number>();
  const isFirst = sorted.map(({ training: row }) => !seen.has(row) && seen.add(row).size > 0);
  const firstOnes = [...sorted.filter((_, at) => isFirst[at]), ...sorted.filter((_, at) => !isFirst[at])];
  const closest = firstOnes.slice(0, pairs);
  return {
    heldOutDistance,
    medianRatio: median(ratios.map(({ ratio }) => ratio)),
    smallestRatio: sorted[0]?.ratio ?? Number.NaN,
    suspicious: ratios.filter(({ ratio }) => ratio < suspiciousRatio).length,
    closest,
  };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = sorted.length / 2;
  const [low, high] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  return ((low ?? Number.NaN) + (high ?? Number.NaN)) / 2;
}
