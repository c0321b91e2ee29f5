import * as tf from '@tensorflow/tfjs-core';
import type { LossName } from '../config.ts';

/** Cross-entropy of `logits` with `labels` of the same shape: max(x, 0) - x z + log(1 + exp(-|x|)). */
export function crossEntropy(logits: tf.Tensor, labels: tf.Tensor): tf.Scalar {
  const stable = tf.softplus(tf.neg(tf.abs(logits)));
  return tf.mean(tf.add(tf.sub(tf.relu(logits), tf.mul(logits, labels)), stable));
}

/** The discriminator's loss on one batch; `labels` are 1 for real, 0 for fake, after smoothing and flipping. */
export function discriminatorLoss(name: LossName, logits: tf.Tensor, labels: tf.Tensor): tf.Scalar {
  if (name === 'cross-entropy') return crossEntropy(logits, labels);
  // A label z in [0, 1] becomes the direction 2z - 1, so that a smoothed label asks for a narrower margin.
  const direction = tf.sub(tf.mul(labels, 2), 1);
  return tf.mean(tf.relu(tf.sub(1, tf.mul(logits, direction))));
}

/** The generator's loss on what the discriminator says of its cars. */
export function generatorLoss(name: LossName, logits: tf.Tensor): tf.Scalar {
  if (name === 'cross-entropy') return crossEntropy(logits, tf.onesLike(logits));
  return tf.neg(tf.mean(logits));
}

/**
 * LeCam regularisation (Tseng et al. 2021, with the one-sided form of their code): what the discriminator says of a batch is
 * pulled towards what it has lately said of the other kind, so that it cannot run away with a handful of pictures.
 *
 * @param other The moving average of the logits of the other kind.
 */
export function lecamPull(kind: 'real' | 'fake', logits: tf.Tensor, other: number): tf.Scalar {
  const apart = kind === 'real' ? tf.sub(logits, other) : tf.sub(other, logits);
  return tf.mean(tf.square(tf.relu(apart)));
}
