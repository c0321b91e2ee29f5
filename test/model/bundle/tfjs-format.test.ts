import * as tf from '@tensorflow/tfjs-core';
import { loadLayersModel } from '@tensorflow/tfjs-layers';
import { expect, it } from 'vitest';
import {
  architectureSchema,
  defaultArchitecture,
  discriminator,
  generator,
} from '../../../model/architecture/dcgan.ts';
import type { Network } from '../../../model/architecture/network.ts';
import { exportTfjs, readTfjsWeights } from '../../../model/bundle/tfjs-format.ts';
import { formulaWeights } from '../../fixtures/keras/formula-weights.ts';
import { formulaImages, formulaLatents, kerasNumbers } from '../../support/keras.ts';
import '../../support/tensorflow.ts';

it('is read by TensorFlow.js layers, which draw the car that Keras draws', async () => {
  const model = await loaded(generator(defaultArchitecture));
  const car = model.predict(tf.tensor2d(formulaLatents(1), [1, 100])) as tf.Tensor;
  const keras = kerasNumbers<{ car0: number[] }>('generator').car0;
  const values = car.dataSync();
  expect(Math.max(...keras.map((value, at) => Math.abs(value - (values[at] ?? Number.NaN))))).toBeLessThan(2e-6);
});

it('holds a discriminator too, which judges as Keras does', async () => {
  const model = await loaded(discriminator(defaultArchitecture));
  const judged = model.predict(tf.tensor4d(formulaImages(2), [2, 32, 32, 3])) as tf.Tensor;
  const keras = kerasNumbers<{ probabilities: number[] }>('discriminator').probabilities;
  expect(Array.from(judged.dataSync()).map((value) => value.toFixed(5))).toEqual(
    keras.map((value) => value.toFixed(5)),
  );
});

it('is refused when its weights are not those of the networks', () => {
  const network = generator(architectureSchema.parse({ latentSize: 4 }));
  expect(() => readTfjsWeights(network, new Uint8Array(12))).toThrow('weights.bin has 12 bytes');
});

async function loaded(network: Network) {
  const { model, weights } = exportTfjs(network, formulaWeights(network));
  const { modelTopology, weightsManifest } = JSON.parse(model);
  return loadLayersModel({
    load: async () => ({
      modelTopology,
      weightSpecs: weightsManifest[0].weights,
      weightData: Uint8Array.from(weights).buffer,
    }),
  });
}
