import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { openExtractor } from '../../../../model/evaluation/extractor.ts';
import { readGraphModel } from '../../../../model/evaluation/features/graph-model.ts';
import { exportGraphFeatures } from '../../../../model/evaluation/features/graph-model-onnx.ts';
import { randomFromSeed } from '../../../../model/random.ts';
import { loadTensorflow } from '../../../../model/tensorflow/backend.ts';

const base64 = (value: string) => Buffer.from(value).toString('base64');
const list = (...numbers: number[]) => ({ list: { i: numbers.map(String) } });
const random = randomFromSeed(7);

/** Levels from 0 to 255 of a constant, and the numbers that they stand for. */
function quantised(name: string, shape: number[], min: number, scale: number) {
  const count = shape.reduce((product, length) => product * length, 1);
  const bytes = Uint8Array.from({ length: count }, () => 256 * random.uniform());
  const values = Float32Array.from(bytes, (level) => level * scale + min);
  return { entry: { name, shape, dtype: 'float32', quantization: { min, scale, dtype: 'uint8' } }, bytes, values };
}

/** A constant of one level that stands for itself. */
const whole = (name: string, value: number) => ({
  entry: { name, shape: [], dtype: 'float32', quantization: { min: value, scale: 1, dtype: 'uint8' } },
  bytes: Uint8Array.of(0),
  values: Float32Array.of(value),
});

const constants = [
  whole('two', 2),
  whole('one', 1),
  quantised('kernel', [3, 3, 3, 4], -1, 1 / 128),
  quantised('bias', [4], -0.5, 1 / 256),
  quantised('depthwise_kernel', [3, 3, 4, 1], -1, 1 / 128),
  quantised('depthwise_bias', [4], -0.5, 1 / 256),
  quantised('project_kernel', [1, 1, 4, 4], -1, 1 / 128),
  quantised('project_bias', [4], -0.5, 1 / 256),
];

const convolution = (
  name: string,
  op: string,
  input: string,
  weights: string[],
  stride: number,
  activation: string[],
) => ({
  name,
  op,
  input: [input, ...weights],
  attr: {
    strides: list(1, stride, stride, 1),
    padding: { s: base64('SAME') },
    fused_ops: { list: { s: ['BiasAdd', ...activation].map(base64) } },
  },
});

/** A picture of 7 places each way, so that a stride of 2 pads both sides and a smaller picture is enlarged. */
const nodes = [
  {
    name: 'input',
    op: 'Placeholder',
    attr: { shape: { shape: { dim: [-1, 7, 7, 3].map((size) => ({ size: String(size) })) } } },
  },
  { name: 'two', op: 'Const' },
  { name: 'one', op: 'Const' },
  { name: 'doubled', op: 'Mul', input: ['two', 'input'] },
  { name: 'centred', op: 'Sub', input: ['doubled:0', 'one'] },
  convolution('conv', '_FusedConv2D', 'centred', ['kernel', 'bias'], 2, ['Relu6']),
  convolution('depthwise', 'FusedDepthwiseConv2dNative', 'conv', ['depthwise_kernel', 'depthwise_bias'], 1, ['Relu6']),
  convolution('project', '_FusedConv2D', 'depthwise', ['project_kernel', 'project_bias'], 1, []),
  { name: 'sum', op: 'AddV2', input: ['conv', 'project'] },
  { name: 'pool', op: 'AvgPool', input: ['sum'] },
  { name: 'classes', op: 'Softmax', input: ['pool'] },
];
const json = { modelTopology: { node: nodes }, weightsManifest: [{ weights: constants.map(({ entry }) => entry) }] };
const weights = Buffer.concat(constants.map(({ bytes }) => bytes));

async function extract(images: Uint8Array, size: number): Promise<Float32Array | Float64Array> {
  const file = path.join(await mkdtemp(path.join(tmpdir(), 'freshcar-graph-')), 'features.onnx');
  await writeFile(file, exportGraphFeatures(readGraphModel(json, weights)));
  const extractor = await openExtractor(file);
  try {
    return (await extractor.extract(images, size)).values;
  } finally {
    await extractor.dispose();
  }
}

/** The same by TensorFlow.js's own operators. */
function expected(images: Uint8Array, size: number): number[] {
  const tensor = (name: string) => {
    const found = constants.find(({ entry }) => entry.name === name);
    return tf.tensor<tf.Rank>(found?.values ?? [], found?.entry.shape) as tf.Tensor4D;
  };
  return tf.tidy(() => {
    const pictures = tf.tensor4d(
      Float32Array.from(images, (value) => value / 255),
      [images.length / (size * size * 3), size, size, 3],
    );
    const resized = tf.image.resizeBilinear(pictures, [7, 7], false, true);
    const centred = tf.sub(tf.mul(resized, 2), 1) as tf.Tensor4D;
    const conv = tf.relu6(tf.add(tf.conv2d(centred, tensor('kernel'), 2, 'same'), tensor('bias')));
    const filtered = tf.depthwiseConv2d(conv as tf.Tensor4D, tensor('depthwise_kernel'), 1, 'same');
    const depthwise = tf.relu6(tf.add(filtered, tensor('depthwise_bias'))) as tf.Tensor4D;
    const project = tf.add(tf.conv2d(depthwise, tensor('project_kernel'), 1, 'same'), tensor('project_bias'));
    return Array.from(tf.mean(tf.add(conv, project), [1, 2]).dataSync());
  });
}

describe('features out of a graph model of TensorFlow.js', () => {
  beforeAll(() => loadTensorflow({ warn: () => undefined }));

  it.each([
    ['as large as the network reads', 7],
    ['smaller', 4],
  ])('are what TensorFlow.js computes from pictures that are %s', async (_, size) => {
    const images = Uint8Array.from({ length: 2 * size * size * 3 }, () => 256 * random.uniform());
    const features = await extract(images, size);
    const wanted = expected(images, size);
    expect(features).toHaveLength(8);
    for (const [at, value] of wanted.entries()) expect(features[at]).toBeCloseTo(value, 4);
  });
});

describe('a graph model that cannot be used', () => {
  const change = (node: object) => ({ ...json, modelTopology: { node: [nodes[0], node, ...nodes.slice(1)] } });

  it.each<[string, unknown, RegExp]>([
    ['another format', { format: 'layers-model' }, /no graph model of TensorFlow\.js/],
    ['a dilated convolution', change({ name: 'odd', op: 'X', attr: { dilations: list(1, 2, 2, 1) } }), /expected 1/],
    ['channels first', change({ name: 'odd', op: 'X', attr: { data_format: { s: base64('NCHW') } } }), /"NHWC"/],
    ['an unknown operator', change({ name: 'odd', op: 'Einsum' }), /an operator Einsum \(odd\)/],
    [
      'a node out of order',
      change({ name: 'odd', op: 'AddV2', input: ['sum', 'conv'] }),
      /odd reads sum, which is computed nowhere/,
    ],
    ['no pooling', { ...json, modelTopology: { node: nodes.slice(0, 9) } }, /no AvgPool/],
  ])('with %s is refused in a sentence', (_, model, sentence) => {
    expect(() => exportGraphFeatures(readGraphModel(model, weights))).toThrow(sentence);
  });

  it('with too few weights names the first that is missing', () => {
    expect(() => readGraphModel(json, weights.subarray(0, -1))).toThrow('The weights end before project_bias');
  });
});
