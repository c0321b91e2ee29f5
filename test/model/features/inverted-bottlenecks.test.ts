import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { invertedBottlenecks } from '../../../model/features/inverted-bottlenecks.ts';
import { readLayersModel } from '../../../model/features/layers-model.ts';
import { openNetwork } from '../../../model/tensorflow/frozen-forward.ts';
import '../../support/tensorflow.ts';

/** A layers model as the converter writes it: a stem and four bottlenecks with strides of two, the second with an addition. */
function kerasModel() {
  const layers: Record<string, unknown>[] = [];
  const weights: { name: string; shape: number[] }[] = [];
  let last = 'input';
  const add = (class_name: string, name: string, config: object, from: string[] = [last]) => {
    layers.push({ class_name, name, config, inbound_nodes: [from.map((one) => [one, 0, 0, {}])] });
    last = name;
  };
  const norm = (name: string, channels: number) => {
    add('BatchNormalization', name, { epsilon: 0.001 });
    for (const part of ['gamma', 'beta', 'moving_mean', 'moving_variance'])
      weights.push({ name: `${name}/${part}`, shape: [channels] });
  };
  const relu = (name: string) => add('ReLU', name, { max_value: 6 });
  const conv = (name: string, side: number, stride: number, inputs: number, filters: number) => {
    if (stride === 2)
      add('ZeroPadding2D', `${name}_pad`, {
        padding: [
          [0, 1],
          [0, 1],
        ],
      });
    const padding = stride === 2 ? 'valid' : 'same';
    add('Conv2D', name, { filters, kernel_size: [side, side], strides: [stride, stride], padding, use_bias: false });
    weights.push({ name: `${name}/kernel`, shape: [side, side, inputs, filters] });
    norm(`${name}_BN`, filters);
  };
  const depthwise = (name: string, stride: number, channels: number) => {
    if (stride === 2)
      add('ZeroPadding2D', `${name}_pad`, {
        padding: [
          [0, 1],
          [0, 1],
        ],
      });
    const padding = stride === 2 ? 'valid' : 'same';
    add('DepthwiseConv2D', name, { kernel_size: [3, 3], strides: [stride, stride], padding, use_bias: false });
    weights.push({ name: `${name}/depthwise_kernel`, shape: [3, 3, channels, 1] });
    norm(`${name}_BN`, channels);
  };
  layers.push({
    class_name: 'InputLayer',
    name: 'input',
    config: { batch_input_shape: [null, 64, 64, 3] },
    inbound_nodes: [],
  });
  conv('Conv1', 3, 2, 3, 4);
  relu('Conv1_relu');
  let channels = 4;
  ['block_1', 'block_2', 'block_3', 'block_4', 'block_5'].forEach((block, at) => {
    const stride = at === 1 ? 1 : 2;
    const before = last;
    conv(`${block}_expand`, 1, 1, channels, 2 * channels);
    relu(`${block}_expand_relu`);
    depthwise(`${block}_depthwise`, stride, 2 * channels);
    relu(`${block}_depthwise_relu`);
    conv(`${block}_project`, 1, 1, 2 * channels, at === 1 ? channels : channels + 1);
    if (at === 1) add('Add', `${block}_add`, {}, [before, last]);
    else channels += 1;
  });
  add('GlobalAveragePooling2D', 'pool', {});
  return { layers, weights };
}

const formula = (name: string) => (i: number) =>
  name.endsWith('variance')
    ? 0.5 + Math.sin(i) ** 2
    : Math.sin(0.7 * i * i + name.length) + (name.endsWith('gamma') ? 1.5 : 0);

/** Run layer by layer as Keras says it, batch normalisations and paddings by themselves. */
function layerByLayer(model: ReturnType<typeof readLayersModel>, shapes: Map<string, number[]>, input: tf.Tensor4D) {
  const outputs = new Map<string, tf.Tensor4D>([['input', input]]);
  const weight = (name: string) => tf.tensor(model.weights.get(name) as Float32Array, shapes.get(name) as number[]);
  for (const { class_name, name, inbound_nodes, config } of model.layers) {
    const [x, y] = inbound_nodes.map((from) => outputs.get(from) as tf.Tensor4D);
    if (x === undefined) continue;
    const [stride = 1] = config.strides ?? [];
    const padding = config.padding === 'same' ? 'same' : 'valid';
    const compute: Record<string, () => tf.Tensor> = {
      ZeroPadding2D: () =>
        tf.pad(x, [
          [0, 0],
          [0, 1],
          [0, 1],
          [0, 0],
        ]),
      Conv2D: () => tf.conv2d(x, weight(`${name}/kernel`) as tf.Tensor4D, stride, padding),
      DepthwiseConv2D: () => tf.depthwiseConv2d(x, weight(`${name}/depthwise_kernel`) as tf.Tensor4D, stride, padding),
      BatchNormalization: () => {
        const [mean, variance, beta, gamma] = ['moving_mean', 'moving_variance', 'beta', 'gamma'].map((part) =>
          weight(`${name}/${part}`),
        ) as [tf.Tensor1D, tf.Tensor1D, tf.Tensor1D, tf.Tensor1D];
        return tf.batchNorm4d(x, mean, variance, beta, gamma, 0.001);
      },
      ReLU: () => tf.clipByValue(x, 0, 6),
      Add: () => tf.add(x, y as tf.Tensor4D),
      GlobalAveragePooling2D: () => tf.mean(x, [1, 2], true),
    };
    outputs.set(name, compute[class_name]?.() as tf.Tensor4D);
  }
  return outputs;
}

it('folds a MobileNet V2 of Keras, quantised weights too, into a network that gives the same maps', () => {
  const { layers, weights } = kerasModel();
  const quantised = 'Conv1/kernel';
  const sizes = weights.map(({ shape }) => shape.reduce((product, side) => product * side, 1));
  const bytes = Buffer.concat(
    weights.map(({ name }, at) =>
      name === quantised
        ? Buffer.from(Uint8Array.from({ length: sizes[at] ?? 0 }, (_, i) => (i * 37) % 256))
        : Buffer.from(Float32Array.from({ length: sizes[at] ?? 0 }, (_, i) => formula(name)(i)).buffer),
    ),
  );
  const table = weights.map((weight) => ({
    ...weight,
    dtype: 'float32',
    ...(weight.name === quantised && { quantization: { min: -0.5, scale: 0.004, dtype: 'uint8' } }),
  }));
  const json = { modelTopology: { model_config: { config: { layers } } }, weightsManifest: [{ weights: table }] };
  const model = readLayersModel(json, bytes);
  expect(model.weights.get(quantised)?.[0]).toBe(-0.5);
  expect(model.weights.get(quantised)?.[1]).toBeCloseTo(-0.5 + 37 * 0.004, 6);

  const { network, weights: folded } = invertedBottlenecks(model);
  expect(network.taps).toEqual(['block_2_project', 'block_3_project', 'block_4_project', 'block_5_project']);
  const input = tf.tensor4d(
    Float32Array.from({ length: 2 * 64 * 64 * 3 }, (_, i) => Math.sin(i * 0.37)),
    [2, 64, 64, 3],
  );
  const expected = layerByLayer(model, new Map(weights.map(({ name, shape }) => [name, shape])), input);
  const taps = openNetwork(network, folded, 'float32').taps(input);
  ['block_2_add', 'block_3_project_BN', 'block_4_project_BN', 'block_5_project_BN'].forEach((name, at) => {
    const [ours, theirs] = [taps[at] as tf.Tensor4D, expected.get(name) as tf.Tensor4D];
    expect(ours.shape).toEqual(theirs.shape);
    const worst = tf.max(tf.abs(tf.sub(ours, theirs))).dataSync()[0] as number;
    expect(worst, name).toBeLessThan(1e-4 * (tf.max(tf.abs(theirs)).dataSync()[0] as number));
  });
});

it('takes a variance that was rounded to nothing as a quarter of a step, since nothing would be divided by', () => {
  const quantization = { min: 0.001, scale: 2, dtype: 'uint8' };
  const weights = [{ name: 'norm/moving_variance', shape: [3], dtype: 'float32', quantization }];
  const layers = [{ class_name: 'ReLU', name: 'relu', inbound_nodes: [], config: {} }];
  const json = { modelTopology: { model_config: { config: { layers } } }, weightsManifest: [{ weights }] };
  const { weights: read } = readLayersModel(json, Uint8Array.of(0, 1, 200));
  [0.501, 2.001, 400.001].forEach((value, at) => {
    expect(read.get('norm/moving_variance')?.[at]).toBeCloseTo(value, 4);
  });
});

it('refuses a model that is none, and one with layers that it does not know', () => {
  expect(() => readLayersModel({}, new Uint8Array())).toThrow('no layers model');
  const layer = { class_name: 'LSTM', name: 'memory', inbound_nodes: [], config: {} };
  const model = readLayersModel(
    { modelTopology: { model_config: { config: { layers: [layer] } } }, weightsManifest: [] },
    new Uint8Array(),
  );
  expect(() => invertedBottlenecks(model)).toThrow('LSTM');
});
