import * as tf from '@tensorflow/tfjs-core';
import { classifier } from '../../architecture/feature-network.ts';
import type { WeightValues } from '../../architecture/network.ts';
import type { Random } from '../../random.ts';
import { forward, inference } from '../../tensorflow/forward.ts';
import { scoped } from '../../tensorflow/tape.ts';
import { weightTensors } from '../../tensorflow/weights.ts';
import { augmentSchema, optimizerSchema } from '../../training/config.ts';
import { augment } from '../../training/step/augment.ts';
import { applyGradients, newOptimizerState, type OptimizerState } from '../../training/step/optimizer.ts';
import {
  type Gradients,
  learningNames,
  mergeStatistics,
  readGradients,
  trainingPass,
  withTrainable,
} from '../../training/step/pass.ts';
import { initialWeights } from '../../training/step/weights.ts';
import type { LabelledPictures } from './cifar.ts';

export const classes = 10;
export const classifierNetwork = classifier(classes);

const size = 32;
const pictureBytes = size * size * 3;
/** Shifts of up to an eighth, and mild changes of colour: cars come in all of them. */
const changes = augmentSchema.parse({ translation: 0.125, brightness: 0.3, saturation: 0.3, contrast: 0.2 });

/** A classifier on its way. Everything in it changes in place. */
export interface Classifier {
  step: number;
  readonly weights: Map<string, Float32Array>;
  readonly optimizer: OptimizerState;
  readonly random: Random;
}

export function createClassifier(random: Random): Classifier {
  return { step: 0, weights: initialWeights(classifierNetwork, random), optimizer: newOptimizerState(), random };
}

/** One Adam step at `rate` on `batchSize` random pictures, each mirrored, shifted and tinted at random; returns the loss. */
export function classifierStep(state: Classifier, pictures: LabelledPictures, batchSize: number, rate: number): number {
  const chosen = Array.from({ length: batchSize }, () => state.random.integer(pictures.labels.length));
  const { loss, gradients } = classifierPass(state, pictures, chosen);
  const options = optimizerSchema.parse({ kind: 'adam', rate, beta1: 0.9 });
  applyGradients(options, state.optimizer, state.weights, gradients);
  state.step += 1;
  return loss;
}

function classifierPass(
  { weights, random }: Classifier,
  { images, labels }: LabelledPictures,
  chosen: readonly number[],
): { loss: number; gradients: Gradients } {
  const pass = trainingPass(random);
  const result = scoped(() => {
    const plain = pixelsOf(images, chosen);
    const mirrored = plain.slice();
    chosen.forEach((_, row) => {
      if (random.uniform() < 0.5) mirrorRow(plain, mirrored, row);
    });
    const seen = augment(changes, asTensor(mirrored), random);
    const classOf = tf.tensor1d(
      chosen.map((index) => labels[index] as number),
      'int32',
    );
    const wanted = tf.oneHot(classOf, classes);
    const tensors = weightTensors(classifierNetwork, weights);
    const names = learningNames(classifierNetwork);
    const { value, grads } = tf.valueAndGrads((...trainable: tf.Tensor[]) => {
      const scores = forward(classifierNetwork, withTrainable(tensors, names, trainable), seen, pass);
      return tf.neg(tf.mean(tf.sum(tf.mul(wanted, tf.logSoftmax(scores as tf.Tensor2D)), 1))) as tf.Scalar;
    })(names.map((name) => tensors.get(name) as tf.Tensor));
    return { loss: value.dataSync()[0] as number, gradients: readGradients(names, grads) };
  });
  mergeStatistics(classifierNetwork, weights, pass.statistics);
  return result;
}

/** The part of the pictures whose class has the highest score. */
export function accuracy(weights: WeightValues, { images, labels }: LabelledPictures): number {
  const batch = 250;
  let right = 0;
  for (let first = 0; first < labels.length; first += batch) {
    const chosen = Array.from({ length: Math.min(batch, labels.length - first) }, (_, at) => first + at);
    const guesses = scoped(() => {
      const tensors = weightTensors(classifierNetwork, weights);
      const scores = forward(classifierNetwork, tensors, asTensor(pixelsOf(images, chosen)), inference);
      return tf.argMax(scores, 1).dataSync();
    });
    right += chosen.filter((index, row) => guesses[row] === labels[index]).length;
  }
  return right / labels.length;
}

/** The chosen pictures in [-1, 1]. */
function pixelsOf(images: Uint8Array, chosen: readonly number[]): Float32Array {
  const pixels = new Float32Array(chosen.length * pictureBytes);
  chosen.forEach((index, row) => {
    const start = index * pictureBytes;
    for (let at = 0; at < pictureBytes; at++)
      pixels[row * pictureBytes + at] = (images[start + at] as number) / 127.5 - 1;
  });
  return pixels;
}

function mirrorRow(from: Float32Array, into: Float32Array, row: number): void {
  for (let at = 0; at < pictureBytes; at++) {
    const column = Math.floor(at / 3) % size;
    into[row * pictureBytes + at] = from[row * pictureBytes + at + 3 * (size - 1 - 2 * column)] as number;
  }
}

function asTensor(pixels: Float32Array): tf.Tensor4D {
  return tf.tensor4d(pixels, [pixels.length / pictureBytes, size, size, 3]);
}
