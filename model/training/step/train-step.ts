import * as tf from '@tensorflow/tfjs-core';
import { foldNormalisation } from '../../architecture/fold.ts';
import { forward, inference } from '../../tensorflow/forward.ts';
import { outsideTape, scoped } from '../../tensorflow/tape.ts';
import { weightTensors } from '../../tensorflow/weights.ts';
import type { TrainingConfig } from '../config.ts';
import type { Discriminator, Look } from './discriminator.ts';
import { dcganDiscriminator } from './discriminator-pass.ts';
import type { Gan } from './gan.ts';
import { applyGradients } from './optimizer.ts';
import {
  type Gradients,
  learningNames,
  mergeStatistics,
  readGradients,
  sumGradients,
  trainingPass,
  withTrainable,
} from './pass.ts';

/** The three curves of the seed, each averaged over its batch. */
export interface StepLosses {
  readonly discriminatorReal: number;
  readonly discriminatorFake: number;
  /** NaN in a step that trained the discriminator alone. */
  readonly generator: number;
}

/**
 * One training step, in place. The generator draws a batch once; the discriminator learns from a real batch and from that
 * one, each normalised by its own statistics; then the generator learns from what the discriminator now says of it.
 *
 * @param discriminator The one whose weights are in `gan`.
 * @param real `batchSize` pictures as floats in [-1, 1], rows, columns, RGB.
 */
export function trainStep(
  config: TrainingConfig,
  gan: Gan,
  real: Float32Array,
  discriminator: Discriminator = dcganDiscriminator,
): StepLosses {
  const losses = scoped((): StepLosses => {
    const { imageSize } = config.architecture;
    const images = tf.tensor4d(real, [config.batchSize, imageSize, imageSize, 3]);
    if (gan.step >= config.pretrainDiscriminator) return bothStep(config, gan, discriminator, images);
    const fake = discriminator.look(config, gan, drawFakes(config, gan), 'own');
    return { ...discriminatorStep(config, gan, discriminator, images, fake), generator: Number.NaN };
  });
  gan.step += 1;
  moveAverage(config, gan);
  return losses;
}

/** Both networks learn, with one pass of the generator for the two of them. */
function bothStep(config: TrainingConfig, gan: Gan, discriminator: Discriminator, real: tf.Tensor4D): StepLosses {
  const { network, weights, optimizer } = gan.generator;
  const tensors = weightTensors(network, weights);
  const names = learningNames(network);
  const pass = trainingPass(gan.random, config.precision);
  const latents = drawLatents(config, gan);
  let losses: StepLosses | undefined;
  const { grads } = tf.valueAndGrads((...trainable: tf.Tensor[]) => {
    const fake = forward(network, withTrainable(tensors, names, trainable), latents, pass) as tf.Tensor4D;
    const gradient = outsideTape(() => {
      const look = (images: tf.Tensor4D, purpose: 'own' | 'both') => discriminator.look(config, gan, images, purpose);
      const seen = config.fakes === 'shared' ? look(fake, 'both') : undefined;
      const own = discriminatorStep(config, gan, discriminator, real, seen ?? look(drawFakes(config, gan), 'own'));
      const { loss, gradient } = (seen ?? look(fake, 'both')).imagePass();
      losses = { ...own, generator: loss };
      return gradient;
    });
    // The chain rule in two parts: the gradient of this sum in the weights is the gradient of the generator's loss in them.
    return tf.sum(tf.mul(fake, gradient)) as tf.Scalar;
  })(names.map((name) => tensors.get(name) as tf.Tensor));
  if (losses === undefined) throw new Error('the generator was not run');
  applyGradients(config.generatorOptimizer, optimizer, weights, readGradients(names, grads));
  mergeStatistics(network, weights, pass.statistics);
  return losses;
}

/** The discriminator alone learns from one real and one generated batch. */
function discriminatorStep(
  config: TrainingConfig,
  gan: Gan,
  discriminator: Discriminator,
  real: tf.Tensor4D,
  fake: Look,
) {
  const { weights, optimizer } = gan.discriminator;
  const separate = config.discriminatorUpdates === 'separate';
  const update = (gradients: Gradients) => applyGradients(config.discriminatorOptimizer, optimizer, weights, gradients);
  const onReal = discriminator.look(config, gan, real, 'own').pass('real');
  if (separate) update(onReal.gradients);
  const onFake = fake.pass('fake');
  update(separate ? onFake.gradients : sumGradients(onReal.gradients, onFake.gradients));
  return { discriminatorReal: onReal.loss, discriminatorFake: onFake.loss };
}

/** A generated batch that the generator does not learn from, drawn by the moving statistics. */
function drawFakes(config: TrainingConfig, gan: Gan): tf.Tensor4D {
  const { network, weights } = foldNormalisation(gan.generator.network, gan.generator.weights);
  const mode = { ...inference, precision: config.precision };
  return tf.tidy(
    () => forward(network, weightTensors(network, weights), drawLatents(config, gan), mode) as tf.Tensor4D,
  );
}

function drawLatents(config: TrainingConfig, gan: Gan): tf.Tensor2D {
  const { latentSize } = config.architecture;
  const values = Float32Array.from({ length: config.batchSize * latentSize }, () => gan.random.normal());
  return tf.tensor2d(values, [config.batchSize, latentSize]);
}

/** Exponential moving average of everything the generator is, its moving statistics too. */
function moveAverage(config: TrainingConfig, gan: Gan): void {
  if (config.average === 0) return;
  // Early on a long memory would hold on to the random start: the decay grows with the steps, as in TensorFlow's own average.
  const decay = Math.min(config.average, (1 + gan.step) / (10 + gan.step));
  for (const [name, values] of gan.generator.weights) {
    const average = gan.average.get(name) as Float32Array;
    for (let at = 0; at < values.length; at++)
      average[at] = decay * (average[at] as number) + (1 - decay) * (values[at] as number);
  }
}
