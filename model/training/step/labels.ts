import * as tf from '@tensorflow/tfjs-core';
import type { TrainingConfig } from '../config.ts';
import type { Gan } from './gan.ts';

/** Labels after smoothing; some told the wrong way round where the configuration asks for noise. */
export function drawLabels(config: TrainingConfig, gan: Gan, kind: 'real' | 'fake'): tf.Tensor2D {
  const { real, flipRate } = config.labels;
  const [told, flipped] = kind === 'real' ? [real, 0] : [0, real];
  const labels = Array.from({ length: config.batchSize }, () =>
    flipRate > 0 && gan.random.uniform() < flipRate ? flipped : told,
  );
  return tf.tensor2d(labels, [config.batchSize, 1]);
}
