import { discriminator, generator } from '../architecture/dcgan.ts';
import type { Network } from '../architecture/network.ts';
import { type Random, randomFromSeed } from '../random.ts';
import type { TrainingConfig } from './config.ts';
import { newOptimizerState, type OptimizerState } from './optimizer.ts';
import { copyWeights, initialWeights } from './weights.ts';

/** One of the two players: its network, its weights, and its optimizer's moments. */
export interface Player {
  readonly network: Network;
  readonly weights: Map<string, Float32Array>;
  readonly optimizer: OptimizerState;
}

/** All that a run is besides its data's order: what a checkpoint keeps and what a step changes in place. */
export interface Gan {
  readonly generator: Player;
  readonly discriminator: Player;
  /** The averaged generator's weights, its moving statistics too; the generator's own where no average is kept. */
  readonly average: Map<string, Float32Array>;
  /** Every draw of a run comes from here. */
  readonly random: Random;
  /** Steps done. */
  step: number;
}

/** A new pair of networks, drawn from the configuration's seed. */
export function createGan(config: TrainingConfig): Gan {
  const random = randomFromSeed(config.seed);
  const player = (network: Network): Player => ({
    network,
    weights: initialWeights(network, random),
    optimizer: newOptimizerState(),
  });
  const players = {
    generator: player(generator(config.architecture)),
    discriminator: player(discriminator(config.architecture)),
  };
  return { ...players, average: averageOf(config, players.generator.weights), random, step: 0 };
}

/** The average starts as a copy; without averaging it is the generator itself. */
function averageOf(config: TrainingConfig, weights: Map<string, Float32Array>): Map<string, Float32Array> {
  return config.average === 0 ? weights : copyWeights(weights);
}
