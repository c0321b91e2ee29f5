import * as tf from '@tensorflow/tfjs-core';
import { forward } from '../../tensorflow/forward.ts';
import { scoped } from '../../tensorflow/tape.ts';
import { weightTensors } from '../../tensorflow/weights.ts';
import type { TrainingConfig } from '../config.ts';
import { augment } from './augment.ts';
import type { Gan } from './gan.ts';
import { type Gradients, learningNames, readGradients, trainingPass, withTrainable } from './pass.ts';

/** A penalty, averaged over its batch, and its gradient in the discriminator's weights. */
export interface Penalty {
  readonly value: number;
  readonly gradients: Gradients;
}

/**
 * R1 (Mescheder et al. 2018): half the squared length of the gradient that the discriminator's logit has in a real image,
 * times `r1`, and times `r1Every` because it is only computed so often (Karras et al. 2020). Draws augmentation and dropout,
 * leaves the weights and the moving statistics as they are.
 *
 * @param images Real pictures, `[batch, size, size, 3]` in [-1, 1].
 */
export function gradientPenalty(config: TrainingConfig, gan: Gan, images: tf.Tensor4D): Penalty {
  registerComparisonGradient();
  const { network, weights } = gan.discriminator;
  // Fused kernels have no second-order gradient.
  const pass = { ...trainingPass(gan.random), fused: false };
  const weight = (config.r1 / 2) * config.r1Every;
  const penalty = scoped(() => {
    const seen = augment(config.augment, images, gan.random);
    const tensors = weightTensors(network, weights);
    // No gradient in a pixel depends on a bias, which only shifts.
    const names = learningNames(network, config.freezeDiscriminator).filter((name) => !name.endsWith('/bias'));
    const { value, grads } = tf.valueAndGrads((...trainable: tf.Tensor[]) => {
      const all = withTrainable(tensors, names, trainable);
      const logit = (x: tf.Tensor) => tf.sum(forward(network, all, x, pass, { logits: true })) as tf.Scalar;
      const gradients = tf.grad(logit)(seen);
      return tf.mul(tf.mean(tf.sum(tf.square(gradients), [1, 2, 3])), weight) as tf.Scalar;
    })(names.map((name) => tensors.get(name) as tf.Tensor));
    return { value: value.dataSync()[0] as number, gradients: readGradients(names, grads) };
  });
  for (const { mean, variance } of pass.statistics.values()) tf.dispose([mean, variance]);
  return penalty;
}

/** TensorFlow.js knows no gradient for the comparison in leaky ReLU's own gradient. The comparison is a step: flat on both sides. */
function registerComparisonGradient(): void {
  if (tf.getGradient('Greater') !== undefined) return;
  tf.registerGradient({
    kernelName: 'Greater',
    inputsToSave: ['a', 'b'],
    gradFunc: (_, [a, b]) => ({ a: () => tf.zerosLike(a as tf.Tensor), b: () => tf.zerosLike(b as tf.Tensor) }),
  });
}
