import type { TrainingConfig } from '../../model/training/config.ts';
import { createGan, type Gan } from '../../model/training/step/gan.ts';

/**
 * Networks whose discriminator says the same logit of every image, so that losses and updates can be worked out by hand: its last
 * normalisation hands zeros to the score, of which only the bias is left, and of which only the bias learns.
 */
export function biasOnlyGan(config: TrainingConfig, bias: number): Gan {
  const gan = createGan(config);
  const { network, weights } = gan.discriminator;
  const last = network.layers.findLast(({ kind }) => kind === 'batchNorm')?.name;
  weights.get(`${last}/gamma`)?.fill(0);
  weights.get(`${last}/beta`)?.fill(0);
  weights.get('score/kernel')?.fill(0);
  weights.get('score/bias')?.fill(bias);
  return gan;
}

export const biasOf = (gan: Gan): number => gan.discriminator.weights.get('score/bias')?.[0] ?? Number.NaN;
