import { mixedChannels } from '../architecture/heads.ts';
import type { TrainingConfig } from './config.ts';
import type { Gan } from './step/gan.ts';
import type { StepLosses } from './step/train-step.ts';

/** Steps over which the discriminator has to win for it to be more than a lucky stretch. */
const defaultWindow = 200;
/** How near both its losses together have to be to the least that they can be. */
const nearness = 0.02;

/** Steps over which both networks have to win, and how near to the least both their losses have to be. */
const contradictionWindow = 20;
const contradictionNearness = 0.1;

/**
 * `broken`: numbers that are none any more, which no further step mends. `one-sided`: the discriminator always wins.
 * `contradiction`: both always win, which cannot be: they do not learn from the same pictures any more.
 */
export type Divergence = 'broken' | 'one-sided' | 'contradiction';

/** Watches the losses of a run, step after step. */
export interface DivergenceWatch {
  /** What went wrong with this step; once for each time that it begins to. */
  add(losses: StepLosses): Divergence | undefined;
}

export function watchDivergence(config: TrainingConfig, window = defaultWindow): DivergenceWatch {
  const floor = leastLosses(config);
  let [sum, steps, onesided] = [0, 0, false];
  const contradicts = watchContradiction(config);
  return {
    add: (losses) => {
      const loss = losses.discriminatorReal + losses.discriminatorFake;
      if (!Number.isFinite(loss)) return 'broken';
      if (contradicts(losses)) return 'contradiction';
      sum += loss;
      steps += 1;
      if (steps < window) return undefined;
      const [before, now] = [onesided, sum / window - floor < nearness];
      [sum, steps, onesided] = [0, 0, now];
      return now && !before ? 'one-sided' : undefined;
    },
  };
}

/** Whether both networks have begun to win for long; of cross-entropy alone, whose least loss of the generator is 0. */
function watchContradiction(config: TrainingConfig): (losses: StepLosses) => boolean {
  const floor = leastLosses(config);
  let [inRow, told] = [0, false];
  return ({ discriminatorReal, discriminatorFake, generator }) => {
    const both =
      config.loss === 'cross-entropy' &&
      discriminatorReal + discriminatorFake - floor < contradictionNearness &&
      generator < contradictionNearness;
    inRow = both ? inRow + 1 : 0;
    const begins = inRow >= contradictionWindow && !told;
    told = inRow === 0 ? false : told || begins;
    return begins;
  };
}

/** Whether every weight of a run is still a number. */
export function isAllFinite({ generator, discriminator }: Gan): boolean {
  return [generator, discriminator].every(({ weights }) =>
    [...weights.values()].every((values) => values.every(Number.isFinite)),
  );
}

/** The discriminator's loss on real and on fake together when it is always right: 0 for plain labels, else more. */
export function leastLosses({ loss, labels: { real, flipRate }, discriminator }: TrainingConfig): number {
  const least = loss === 'cross-entropy' ? leastCrossEntropy : leastHinge;
  // A projected discriminator's loss is the sum of its heads'.
  const heads = discriminator === 'projected' ? mixedChannels.length : 1;
  return heads * (least(real, 0, flipRate) + least(0, real, flipRate));
}

/** The best is to say the mean label, whose entropy remains. */
function leastCrossEntropy(label: number, flipped: number, flipRate: number): number {
  const mean = (1 - flipRate) * label + flipRate * flipped;
  return [mean, 1 - mean].reduce((sum, part) => sum - (part === 0 ? 0 : part * Math.log(part)), 0);
}

/** The best is to be on the margin of the true labels; the flipped ones then cost their own margin and the way over. */
function leastHinge(label: number, flipped: number, flipRate: number): number {
  const [own, other] = [Math.abs(2 * label - 1), Math.abs(2 * flipped - 1)];
  return own === 0 ? 1 : flipRate * (1 + other / own);
}
