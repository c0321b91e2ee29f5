import * as tf from '@tensorflow/tfjs-core';
import { foldNormalisation } from '../../architecture/fold.ts';
import { forward } from '../../tensorflow/forward.ts';
import { scoped } from '../../tensorflow/tape.ts';
import { weightTensors } from '../../tensorflow/weights.ts';
import type { TrainingConfig } from '../config.ts';
import { augment } from './augment.ts';
import type { Discriminator, DiscriminatorPass, ImagePass } from './discriminator.ts';
import type { Gan, Player } from './gan.ts';
import { drawLabels } from './labels.ts';
import { pullOf } from './lecam.ts';
import { discriminatorLoss, generatorLoss } from './losses.ts';
import { learningNames, mergeStatistics, readGradients, trainingPass, withTrainable } from './pass.ts';

/** One training pass over a batch that is all real or all generated; moves the moving statistics and `gan.said`. */
export function discriminatorPass(
  config: TrainingConfig,
  gan: Gan,
  images: tf.Tensor4D,
  kind: 'real' | 'fake',
): DiscriminatorPass {
  const { network, weights } = gan.discriminator;
  const pass = trainingPass(gan.random, config.precision);
  const result = scoped(() => {
    const seen = augment(config.augment, images, gan.random);
    const labels = drawLabels(config, gan, kind);
    const tensors = weightTensors(network, weights);
    const names = learningNames(network);
    const lecam = config.lecam === 0 ? undefined : pullOf(config.lecam, gan.said, kind);
    const { value, grads } = tf.valueAndGrads((...trainable: tf.Tensor[]) => {
      const logits = forward(network, withTrainable(tensors, names, trainable), seen, pass, { logits: true });
      const loss = discriminatorLoss(config.loss, logits, labels);
      return lecam === undefined ? loss : lecam(loss, logits);
    })(names.map((name) => tensors.get(name) as tf.Tensor));
    return { loss: value.dataSync()[0] as number, gradients: readGradients(names, grads) };
  });
  mergeStatistics(network, weights, pass.statistics);
  return result;
}

/** The generator's loss on a generated batch, and its gradient in every pixel; leaves the discriminator as it is. */
export function imagePass(config: TrainingConfig, gan: Gan, images: tf.Tensor4D): ImagePass {
  const { network, weights } = frozen(config, gan.discriminator);
  const pass = trainingPass(gan.random, config.precision);
  let loss = Number.NaN;
  const gradient = tf.tidy(() => {
    const tensors = weightTensors(network, weights);
    const { value, grad } = tf.valueAndGrad((x: tf.Tensor) => {
      const seen = augment(config.augment, x as tf.Tensor4D, gan.random);
      const logits = forward(network, tensors, seen, pass, { logits: true });
      return generatorLoss(config.loss, logits);
    })(images);
    loss = value.dataSync()[0] as number;
    return grad as tf.Tensor4D;
  });
  for (const { mean, variance } of pass.statistics.values()) tf.dispose([mean, variance]);
  return { loss, gradient };
}

/** The discriminator as the generator learns from it: normalising by the batch, or by its moving statistics. */
function frozen(config: TrainingConfig, { network, weights }: Player) {
  return config.frozenNormalisation === 'moving' ? foldNormalisation(network, weights) : { network, weights };
}

/** The DCGAN's own discriminator, which learns from the image's pixels, and sees them augmented anew in each pass. */
export const dcganDiscriminator: Discriminator = {
  look: (config, gan, images) => ({
    pass: (kind) => discriminatorPass(config, gan, images, kind),
    imagePass: () => imagePass(config, gan, images),
  }),
};
