import { FreshcarError } from '../errors.ts';
import { type Random, randomFromSeed } from '../random.ts';
import { type Copying, checkCopying } from './copying.ts';
import { type FeatureSet, rowsOf } from './feature-set.ts';
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

export interface EvaluationSets {
  /** Generated pictures. */
  readonly cars: FeatureSet;
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
  readonly copying: Copying | undefined;
}

/** The fewest real pictures that anything can be said about. */
export const fewest = 16;

/**
 * All scores of some cars, as the protocol says.
 *
 * @throws FreshcarError `invalid-input` when there are too few pictures.
 */
export function evaluate({ cars, real, training }: EvaluationSets): Evaluation {
  const plain = training && rowsOf(training, 0, training.count / 2);
  for (const [set, what] of [
    [real, 'real pictures'],
    [cars, 'cars'],
    [plain, 'training pictures'],
  ] as const)
    if (set !== undefined && set.count < fewest)
      throw new FreshcarError('invalid-input', `${set.count} ${what} are too few to measure with: at least ${fewest}.`);
  const scores = measure(cars, real);
  if (training === undefined || plain === undefined) {
    const [one, other] = halves(real, randomFromSeed(protocol.subsetSeed));
    return { scores, floor: measure(one, other), floorOf: 'halves', copying: undefined };
  }
  return {
    scores,
    floor: measure(plain, real),
    floorOf: 'training',
    copying: checkCopying(cars, real, training, protocol.closestPairs),
  };
}

function measure(generated: FeatureSet, real: FeatureSet): Measures {
  const subsetSize = Math.min(protocol.largestSubset, Math.floor(Math.min(generated.count, real.count) / 2));
  const random = randomFromSeed(protocol.subsetSeed);
  const kernel = kernelDistance(generated, real, { subsets: protocol.subsets, subsetSize, random });
  return {
    fid: frechetDistance(generated, real),
    kid: kernel.distance,
    kidSpread: kernel.spread,
    ...precisionRecall(generated, real, protocol.neighbours),
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
