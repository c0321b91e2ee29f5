import type { Layer, Network, WeightValues } from '../architecture/network.ts';
import { sizeOf } from '../architecture/network.ts';
import { FreshcarError } from '../errors.ts';
import { tfjsModelName, tfjsWeightsName } from './manifest.ts';

/**
 * The format that `tf.loadLayersModel` reads: `model.json` with a Keras topology and a table of weights, `weights.bin` with
 * their values in the table's order (https://www.tensorflow.org/js/guide/save_load).
 */

export interface TfjsFiles {
  readonly model: string;
  readonly weights: Uint8Array;
}

export function exportTfjs(network: Network, weights: WeightValues): TfjsFiles {
  const values = network.weights.map(({ name }) => valuesOf(weights, name));
  const model = {
    format: 'layers-model',
    generatedBy: 'freshcar',
    convertedBy: null,
    modelTopology: {
      keras_version: '2.15.0',
      backend: 'tensorflow',
      model_config: { class_name: 'Sequential', config: { name: network.name, layers: kerasLayers(network) } },
    },
    weightsManifest: [
      {
        paths: [tfjsWeightsName],
        weights: network.weights.map(({ name, shape }) => ({ name, shape, dtype: 'float32' })),
      },
    ],
  };
  const bytes = values.map((array) => new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
  return { model: `${JSON.stringify(model)}\n`, weights: Buffer.concat(bytes) };
}

/**
 * The weights of `network` out of a `weights.bin` that `exportTfjs` wrote for it.
 *
 * @throws FreshcarError `damaged-bundle` when they are not as many, or not all of them numbers.
 */
export function readTfjsWeights(network: Network, bytes: Uint8Array): Map<string, Float32Array> {
  const expected = network.weights.reduce((sum, { shape }) => sum + sizeOf(shape), 0) * 4;
  if (bytes.length !== expected)
    throw new FreshcarError(
      'damaged-bundle',
      `${tfjsWeightsName} has ${bytes.length} bytes; the networks of ${tfjsModelName} need ${expected}.`,
    );
  // A copy begins at a multiple of four bytes, as float32 needs.
  const all = new Float32Array(Uint8Array.from(bytes).buffer);
  if (!all.every(Number.isFinite))
    throw new FreshcarError('damaged-bundle', `${tfjsWeightsName} holds what is no number; export the model anew.`);
  let at = 0;
  return new Map(
    network.weights.map(({ name, shape }) => {
      const start = at;
      at += sizeOf(shape);
      return [name, all.slice(start, at)];
    }),
  );
}

function kerasLayers(network: Network): unknown[] {
  const input = {
    class_name: 'InputLayer',
    config: { batch_input_shape: [null, ...network.inputShape], dtype: 'float32', sparse: false, name: 'latents' },
  };
  return [input, ...network.layers.map(kerasLayer)];
}

function kerasLayer(layer: Layer): unknown {
  const { name } = layer;
  const convolution = (filters: number, kernel: number, stride: number) => ({
    name,
    filters,
    kernel_size: [kernel, kernel],
    strides: [stride, stride],
    padding: 'same',
    data_format: 'channels_last',
    activation: 'linear',
    use_bias: true,
  });
  switch (layer.kind) {
    case 'dense':
      return { class_name: 'Dense', config: { name, units: layer.units, activation: 'linear', use_bias: true } };
    case 'conv':
      return { class_name: 'Conv2D', config: convolution(layer.filters, layer.kernel, layer.stride) };
    case 'convTranspose':
      return { class_name: 'Conv2DTranspose', config: convolution(layer.filters, layer.kernel, layer.stride) };
    case 'batchNorm':
      return {
        class_name: 'BatchNormalization',
        config: { name, axis: -1, momentum: layer.momentum, epsilon: layer.epsilon, center: true, scale: true },
      };
    case 'leakyRelu':
      return { class_name: 'LeakyReLU', config: { name, alpha: layer.slope } };
    case 'reshape':
      return { class_name: 'Reshape', config: { name, target_shape: layer.shape } };
    case 'flatten':
      return { class_name: 'Flatten', config: { name } };
    case 'globalAveragePool':
      return { class_name: 'GlobalAveragePooling2D', config: { name, data_format: 'channels_last' } };
    case 'dropout':
      return { class_name: 'Dropout', config: { name, rate: layer.rate } };
    case 'tanh':
    case 'sigmoid':
      return { class_name: 'Activation', config: { name, activation: layer.kind } };
  }
}

function valuesOf(weights: WeightValues, name: string): Float32Array {
  const values = weights.get(name);
  if (values === undefined) throw new Error(`no values for the weight ${name}`);
  return values;
}
