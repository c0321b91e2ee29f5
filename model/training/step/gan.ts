import { discriminator, generator } from '../../architecture/dcgan.ts';
import { allHeads, mixedChannels } from '../../architecture/heads.ts';
import type { Network, WeightValues } from '../../architecture/network.ts';
import { type Random, randomFromSeed } from '../../random.ts';
import { projectedSize, type TrainingConfig } from '../config.ts';
import { newOptimizerState, type OptimizerState } from './optimizer.ts';
import { copyWeights, initialWeights } from './weights.ts';

/** One of the two players: its network, its weights, and its optimizer's moments. */
export interface Player {
  readonly network: Network;
  readonly weights: Map<string, Float32Array>;
  readonly optimizer: OptimizerState;
}

/** Moving averages of the discriminator's logits; undefined before the first batch of their kind. */
export interface Opinions {
  real?: number | undefined;
  fake?: number | undefined;
}

/** All that a run is besides its data's order: what a checkpoint keeps and what a step changes in place. */
export interface Gan {
  readonly generator: Player;
  readonly discriminator: Player;
  /** The averaged generator's weights, its moving statistics too; the generator's own where no average is kept. */
  readonly average: Map<string, Float32Array>;
  /** Every draw of a run comes from here. */
  readonly random: Random;
  /** What the discriminator has said lately of real and of generated pictures; kept for LeCam alone. */
  readonly said: Opinions;
  /** The same for each head of a projected discriminator. */
  readonly headsSaid: readonly Opinions[];
  /** Steps done. */
  step: number;
}

/** Weights to start from instead of fresh ones; what is left out, a network or some of its weights, is drawn. */
export interface StartingWeights {
  readonly generator: WeightValues;
  readonly average?: WeightValues;
  readonly discriminator?: WeightValues;
}

/** A new pair of networks, drawn from the configuration's seed, or with the weights of `start`. */
export function createGan(config: TrainingConfig, start?: StartingWeights): Gan {
  const random = randomFromSeed(config.seed);
  const player = (network: Network, given: WeightValues | undefined): Player => {
    // Drawn in any case, so that everything after it is the same with and without a start.
    const drawn = initialWeights(network, random);
    const weights = given === undefined ? drawn : new Map([...drawn, ...copyWeights(given)]);
    return { network, weights, optimizer: newOptimizerState() };
  };
  const players = {
    generator: player(generator(config.architecture), start?.generator),
    discriminator: player(discriminatorNetwork(config), start?.discriminator),
  };
  return {
    ...players,
    average: averageOf(config, players.generator.weights, start?.average),
    random,
    said: {},
    headsSaid: mixedChannels.map(() => ({})),
    step: 0,
  };
}

/** What a discriminator of these settings learns: the DCGAN's whole network, or a projected one's heads. */
export function discriminatorNetwork(config: TrainingConfig): Network {
  return config.discriminator === 'projected' ? allHeads(projectedSize(config)) : discriminator(config.architecture);
}

/** The average starts as a copy; without averaging it is the generator itself. */
function averageOf(
  config: TrainingConfig,
  weights: Map<string, Float32Array>,
  start: WeightValues = weights,
): Map<string, Float32Array> {
  return config.average === 0 ? weights : copyWeights(start);
}
