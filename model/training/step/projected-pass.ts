import * as tf from '@tensorflow/tfjs-core';
import { headNetworks } from '../../architecture/heads.ts';
import type { Network } from '../../architecture/network.ts';
import type { Features } from '../../features/features-file.ts';
import { type FrozenNetwork, tapChannels } from '../../features/frozen-network.ts';
import { type Random, randomFromSeed, randomFromState } from '../../random.ts';
import { enlarge } from '../../tensorflow/enlarge.ts';
import { forward, type Mode, type WeightTensors } from '../../tensorflow/forward.ts';
import { type OpenNetwork, openNetwork } from '../../tensorflow/frozen-forward.ts';
import { drawMixing, type Mixing, mix } from '../../tensorflow/mixing.ts';
import {
  nextSingularVectors,
  type SingularVectors,
  singularVectors,
  spectralNorm,
} from '../../tensorflow/spectral-norm.ts';
import { scoped } from '../../tensorflow/tape.ts';
import { weightTensors } from '../../tensorflow/weights.ts';
import { projectedSize, type TrainingConfig } from '../config.ts';
import { augment } from './augment.ts';
import type { Discriminator, DiscriminatorPass, Look } from './discriminator.ts';
import type { Gan } from './gan.ts';
import { drawLabels } from './labels.ts';
import { pullOf } from './lecam.ts';
import { discriminatorLoss, generatorLoss } from './losses.ts';
import { learningNames, mergeStatistics, readGradients, trainingPass, withTrainable } from './pass.ts';

/**
 * A projected discriminator (Sauer et al. 2021): images are augmented, enlarged, run through a frozen network, and its maps
 * mixed by random projections; on each mixed map a head says one logit a place. The loss is the sum of the heads' losses.
 */

/** Everything that stays as it is for a whole run. */
interface Frozen {
  readonly size: number;
  readonly normalisation: FrozenNetwork['normalisation'];
  readonly open: OpenNetwork;
  readonly mixing: Mixing;
  readonly heads: readonly Network[];
}

/** @param mixing The projections, which are drawn from the configuration's seed unless they are given. */
export function projectedDiscriminator(
  config: TrainingConfig,
  { network, weights }: Pick<Features, 'network' | 'weights'>,
  mixing: Mixing = drawMixing(tapChannels(network), randomFromSeed(config.seed)),
): Discriminator {
  const size = projectedSize(config);
  const open = openNetwork(network, weights, config.precision);
  const frozen: Frozen = { size, normalisation: network.normalisation, open, mixing, heads: headNetworks(size) };
  return {
    look: (...asked) => look(frozen, ...asked),
    dispose: () => {
      open.dispose();
      tf.dispose([[...mixing.across], [...mixing.down]]);
    },
  };
}

/**
 * Augments, enlarges and runs the batch through the frozen network, once for both passes: the discriminator and the generator learn
 * from the same view of a generated batch.
 */
function look(frozen: Frozen, config: TrainingConfig, gan: Gan, images: tf.Tensor4D, purpose: 'own' | 'both'): Look {
  const draws = gan.random.state();
  const seenOf = (x: tf.Tensor4D, random: Random) => prepare(frozen, augment(config.augment, x, random));
  const seen = tf.tidy(() => seenOf(images, gan.random));
  const { open } = frozen;
  const { taps, back } = purpose === 'both' ? open.pass(seen) : { taps: open.taps(seen), back: undefined };
  return {
    pass: (kind) => pass(frozen, config, gan, taps, kind),
    imagePass: () => {
      if (back === undefined) throw new Error('a look for the discriminator alone has no way back to the image');
      const { loss, gradients } = tapPass(frozen, config, gan, taps);
      const gradient = tf.tidy(() => {
        const inSeen = back(gradients);
        // The chain rule in two parts, through the augmentation as it was drawn.
        const product = (x: tf.Tensor) => tf.sum(tf.mul(seenOf(x as tf.Tensor4D, randomFromState(draws)), inSeen));
        return tf.grad(product)(images) as tf.Tensor4D;
      });
      tf.dispose(gradients);
      return { loss, gradient };
    },
  };
}

function pass(
  frozen: Frozen,
  config: TrainingConfig,
  gan: Gan,
  taps: readonly tf.Tensor4D[],
  kind: 'real' | 'fake',
): DiscriminatorPass {
  const { network, weights } = gan.discriminator;
  const mode = trainingPass(gan.random, config.precision);
  const result = scoped(() => {
    const maps = mix(frozen.mixing, taps);
    const labels = tf.reshape(drawLabels(config, gan, kind), [config.batchSize, 1, 1, 1]);
    const tensors = weightTensors(network, weights);
    const vectors = turnSingularVectors(tensors, weights);
    const names = learningNames(network);
    const { value, grads } = tf.valueAndGrads((...trainable: tf.Tensor[]) => {
      const all = withTrainable(tensors, names, trainable);
      const losses = logitsOf(frozen, normalised(all, vectors), maps, mode).map((logits, head) => {
        const loss = discriminatorLoss(config.loss, logits, labels);
        const said = gan.headsSaid[head] ?? {};
        return config.lecam === 0 ? loss : pullOf(config.lecam, said, kind)(loss, logits);
      });
      return tf.addN(losses) as tf.Scalar;
    })(names.map((name) => tensors.get(name) as tf.Tensor));
    return { loss: value.dataSync()[0] as number, gradients: readGradients(names, grads) };
  });
  mergeStatistics(network, weights, mode.statistics);
  return result;
}

/** The generator's loss, and its gradients in the frozen network's maps. */
function tapPass(frozen: Frozen, config: TrainingConfig, gan: Gan, taps: tf.Tensor4D[]) {
  const { network, weights } = gan.discriminator;
  const mode = trainingPass(gan.random, config.precision);
  let loss = Number.NaN;
  const gradients = tf.tidy(() => {
    const tensors = weightTensors(network, weights);
    const heads = normalised(tensors, standingSingularVectors(tensors));
    const { value, grads } = tf.valueAndGrads((...maps: tf.Tensor[]) => {
      const logits = logitsOf(frozen, heads, mix(frozen.mixing, maps as tf.Tensor4D[]), mode);
      return tf.addN(logits.map((said) => generatorLoss(config.loss, said))) as tf.Scalar;
    })(taps);
    loss = value.dataSync()[0] as number;
    return grads as tf.Tensor4D[];
  });
  for (const { mean, variance } of mode.statistics.values()) tf.dispose([mean, variance]);
  return { loss, gradients };
}

/** Images in [-1, 1] as the frozen network wants them. */
function prepare({ size, normalisation }: Frozen, images: tf.Tensor4D): tf.Tensor4D {
  const { scale, shift } = normalisation;
  const large = enlarge(images, size);
  const plain = scale.every((factor) => factor === 1) && shift.every((offset) => offset === 0);
  // After the enlarging, so that what the network pads with is 0 as in its own training.
  return plain ? large : tf.add(tf.mul(large, tf.tensor1d(scale)), tf.tensor1d(shift));
}

function logitsOf({ heads }: Frozen, weights: WeightTensors, maps: readonly tf.Tensor4D[], mode: Mode): tf.Tensor[] {
  return heads.map((head, at) => forward(head, weights, maps[at] as tf.Tensor4D, mode));
}

const suffix = '/singular';

/** The vectors of every kernel that has them, by the kernel's name. */
function vectorsOf(
  tensors: WeightTensors,
  find: (kernel: tf.Tensor, right: tf.Tensor1D) => SingularVectors,
): ReadonlyMap<string, SingularVectors> {
  const names = [...tensors.keys()].filter((name) => name.endsWith(suffix));
  return new Map(
    names.map((name) => {
      const kernel = `${name.slice(0, -suffix.length)}/kernel`;
      return [kernel, find(tensors.get(kernel) as tf.Tensor, tensors.get(name) as tf.Tensor1D)];
    }),
  );
}

const standingSingularVectors = (tensors: WeightTensors) => vectorsOf(tensors, singularVectors);

/** Turns the power iteration once, and remembers where it now stands. */
function turnSingularVectors(tensors: WeightTensors, weights: ReadonlyMap<string, Float32Array>) {
  const vectors = vectorsOf(tensors, nextSingularVectors);
  for (const [kernel, { right }] of vectors)
    weights.get(`${kernel.slice(0, -'/kernel'.length)}${suffix}`)?.set(right.dataSync());
  return vectors;
}

function normalised(tensors: WeightTensors, vectors: ReadonlyMap<string, SingularVectors>): WeightTensors {
  const kernels = [...vectors].map(
    ([name, found]) => [name, spectralNorm(tensors.get(name) as tf.Tensor, found)] as const,
  );
  return new Map([...tensors, ...kernels]);
}
