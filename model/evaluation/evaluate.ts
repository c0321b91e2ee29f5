import { FreshcarError } from '../errors.ts';
import { type Random, randomFromSeed } from '../random.ts';
import { rowsOf } from '../row-products.ts';
import { type Copying, checkCopying, heldOutDistanceOf } from './copying.ts';
import type { FeatureSet } from './feature-set.ts';
import { frechetDistance } from './frechet.ts';
import { kernelDistance } from './kernel.ts';
import { precisionRecall } from './precision-recall.ts';
import { protocol } from './protocol.ts';

/** How far a set of pictures is from the real ones. */
export interface Measures {
  /** Fréchet distance; 0 is best. */
  readonly fid: number;
  /** Kernel distance, and the standard deviation of it over subsets; 0 is best. */
  readonly kid: number;
  readonly kidSpread: number;
  /** 0 to 1; 1 is best. */
  readonly precision: number;
  readonly recall: number;
}

/** What cars are measured against. */
export interface ReferenceSets {
  /** Real pictures that no training saw. */
  readonly real: FeatureSet;
  /** The training pictures, and behind them their mirror images: training shows both, so both may be copied. */
  readonly training?: FeatureSet | undefined;
}

export interface Evaluation {
  readonly scores: Measures;
  /** The same of real pictures against the real ones: what a perfect generator would score. */
  readonly floor: Measures;
  /** What stands for the perfect generator: the training pictures, or one half of the real ones against the other. */
  readonly floorOf: 'training' | 'halves';
  /** Of each real picture, how far it lies among the cars, 0 to 1; NaN where it was not compared. */
  readonly covered: Float64Array;
  readonly copying: Copying | undefined;
}

/** The fewest real pictures that anything can be said about. */
export const fewest = 16;

/** Scores sets of cars one after the other; `report` is told what is being done. */
export type Evaluate = (cars: FeatureSet, report?: (what: string) => void) => Promise<Evaluation>;

/**
 * All scores of some cars, as the protocol says. What depends on the real pictures alone, the floor and how near held-out
 * ones come to those of the training, is computed with the first set of cars and kept for the next ones.
 *
 * @throws FreshcarError `invalid-input`, from here or from `Evaluate`, when there are too few pictures, and when held-out
 * pictures are training pictures: then nothing can be said about copies.
 */
export function createEvaluation({ real, training }: ReferenceSets): Evaluate {
  const plain = training && rowsOf(training, 0, training.count / 2);
  requireEnough(real, 'real pictures');
  if (plain) requireEnough(plain, 'training pictures');
  let floor: Promise<Measures> | undefined;
  let heldOutDistance: Promise<number> | undefined;
  return async (cars, report = () => undefined) => {
    requireEnough(cars, 'cars');
    report('comparing the cars with the real pictures');
    const { covered, ...scores } = await measure(cars, real);
    if (floor === undefined) report('comparing the real pictures with each other');
    if (training === undefined || plain === undefined) {
      floor ??= floorBy(...halves(real, randomFromSeed(protocol.subsetSeed)));
      return { scores, covered, floor: await floor, floorOf: 'halves', copying: undefined };
    }
    floor ??= floorBy(plain, real);
    const kept = { scores, covered, floor: await floor, floorOf: 'training' } as const;
    report('looking for copies');
    heldOutDistance ??= distinctDistance(real, training);
    return { ...kept, copying: await checkCopying(cars, training, await heldOutDistance, protocol.closestPairs) };
  };
}

function requireEnough({ count }: FeatureSet, what: string): void {
  if (count < fewest)
    throw new FreshcarError('invalid-input', `${count} ${what} are too few to measure with: at least ${fewest}.`);
}

async function distinctDistance(real: FeatureSet, training: FeatureSet): Promise<number> {
  const distance = await heldOutDistanceOf(real, training);
  if (distance > 0) return distance;
  throw new FreshcarError(
    'invalid-input',
    'Most of the real pictures are training pictures too, so there is no telling what a copy is. ' +
      'Hold pictures back that the model never saw: freshcar dataset split.',
  );
}

async function floorBy(pictures: FeatureSet, real: FeatureSet): Promise<Measures> {
  const { covered: _, ...floor } = await measure(pictures, real);
  return floor;
}

async function measure(generated: FeatureSet, real: FeatureSet): Promise<Measures & Pick<Evaluation, 'covered'>> {
  const subsetSize = Math.min(protocol.largestSubset, Math.floor(Math.min(generated.count, real.count) / 2));
  const random = randomFromSeed(protocol.subsetSeed);
  const kernel = await kernelDistance(generated, real, { subsets: protocol.subsets, subsetSize, random });
  return {
    fid: await frechetDistance(generated, real),
    kid: kernel.distance,
    kidSpread: kernel.spread,
    ...(await precisionRecall(generated, real, protocol.neighbours)),
  };
}

/** Two halves at random, since neighbours in a file are often alike. */
function halves(set: FeatureSet, random: Random): [FeatureSet, FeatureSet] {
  const { values, count, size } = set;
  const shuffled = values.slice();
  for (let last = count - 1; last > 0; last--) {
    const other = random.integer(last + 1);
    const row = shuffled.slice(last * size, (last + 1) * size);
    shuffled.copyWithin(last * size, other * size, (other + 1) * size);
    shuffled.set(row, other * size);
  }
  const half = Math.floor(count / 2);
  const mixed = { values: shuffled, count, size };
  return [rowsOf(mixed, 0, half), rowsOf(mixed, half, half)];
}
