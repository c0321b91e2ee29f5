import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { defaultArchitecture, discriminator, generator } from '../../../model/architecture/dcgan.ts';
import { forward, inference } from '../../../model/tensorflow/forward.ts';
import { weightTensors } from '../../../model/tensorflow/weights.ts';
import { formulaWeights } from '../../fixtures/keras/formula-weights.ts';
import { formulaImages, formulaLatents, kerasNumbers } from '../../support/keras.ts';
import '../../support/tensorflow.ts';

it('draws the car that Keras draws with the same weights', () => {
  const keras = kerasNumbers<{ car0: number[]; car1: { first: number[] } }>('generator');
  const network = generator(defaultArchitecture);
  const latents = tf.tensor2d(formulaLatents(2), [2, 100]);
  const cars = forward(network, weightTensors(network, formulaWeights(network)), latents, inference);
  expect(cars.shape).toEqual([2, 32, 32, 3]);
  const values = cars.dataSync();
  expect(largestDifference(values.subarray(0, 3072), keras.car0)).toBeLessThan(2e-6);
  expect(largestDifference(values.subarray(3072, 3088), keras.car1.first)).toBeLessThan(2e-6);
});

it('judges pictures as Keras does with the same weights', () => {
  const keras = kerasNumbers<{ probabilities: number[]; logits: number[] }>('discriminator');
  const network = discriminator(defaultArchitecture);
  const tensors = weightTensors(network, formulaWeights(network));
  const images = tf.tensor4d(formulaImages(2), [2, 32, 32, 3]);
  const probabilities = forward(network, tensors, images, inference).dataSync();
  const logits = forward(network, tensors, images, inference, { logits: true }).dataSync();
  expect(largestDifference(probabilities, keras.probabilities)).toBeLessThan(2e-6);
  expect(largestDifference(logits, keras.logits)).toBeLessThan(5e-6);
});

function largestDifference(values: ArrayLike<number>, expected: readonly number[]): number {
  return Math.max(...expected.map((value, at) => Math.abs(value - (values[at] ?? Number.NaN))));
}
