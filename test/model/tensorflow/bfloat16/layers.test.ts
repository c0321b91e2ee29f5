import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { randomFromSeed } from '../../../../model/random.ts';
import { batchNormTraining as floatBatchNorm } from '../../../../model/tensorflow/batch-norm.ts';
import { batchNormTraining } from '../../../../model/tensorflow/bfloat16/batch-norm.ts';
import { toBfloat16, toFloat32 } from '../../../../model/tensorflow/bfloat16/cast.ts';
import { conv, convTranspose } from '../../../../model/tensorflow/bfloat16/convolution.ts';
import { leakyRelu } from '../../../../model/tensorflow/bfloat16/leaky-relu.ts';
import { native } from '../../../support/tensorflow.ts';

type Function = (...inputs: tf.Tensor[]) => tf.Tensor;

const noise = <T extends tf.Tensor>(shape: number[], seed: number) => {
  const random = randomFromSeed(seed);
  return tf.tensor(
    Float32Array.from({ length: tf.util.sizeFromShape(shape) }, () => random.normal()),
    shape,
  ) as T;
};

const rounding =
  (compute: Function): Function =>
  (...inputs) =>
    toFloat32(compute(...inputs.map((x) => toBfloat16(x))));

/** How far two tensors lie apart, as a part of their length. */
const distance = (one: tf.Tensor, other: tf.Tensor) =>
  tf.div(tf.norm(tf.sub(one, other)), tf.norm(other)).dataSync()[0];

describe.skipIf(!native)('in bfloat16 (skipped: needs the native TensorFlow library)', () => {
  beforeEach(() => tf.engine().startScope());
  afterEach(() => {
    vi.restoreAllMocks();
    tf.engine().endScope();
  });

  it('a number is the nearest that has 8 bits, of two as near the even one', () => {
    const rounded = toFloat32(toBfloat16(tf.tensor1d([1, 1 + 2 ** -8, 1 + 3 * 2 ** -8, Math.PI, -0.2, 3e38, 1e-40])));
    expect([...rounded.dataSync()].slice(0, 5)).toEqual([1, 1, 1.015625, 3.140625, -0.2001953125]);
    expect(rounded.dataSync()[5]).toBeCloseTo(3e38, -36);
  });

  it('a cast hands its gradient on, rounded like itself', () => {
    const dy = tf.tensor1d([1 + 2 ** -8, -0.2]);
    const gradient = tf.grad((x) => toFloat32(toBfloat16(x)))(tf.tensor1d([5, 6]), dy);
    expect([...gradient.dataSync()]).toEqual([1, -0.2001953125]);
  });

  it('leaky ReLU and its gradient are what they are by hand', () => {
    const x = tf.tensor1d([-2, -0.5, -0, 0, 0.5, 2]);
    const activate = rounding((value) => leakyRelu(value as tf.Tensor, 0.25));
    expect([...activate(x).dataSync()]).toEqual([-0.5, -0.125, -0, 0, 0.5, 2]);
    const gradient = tf.grad((value) => activate(value))(x, tf.tensor1d([1, 2, 3, 4, 5, 6]));
    expect([...gradient.dataSync()]).toEqual([0.25, 0.5, 0.75, 1, 5, 6]);
  });

  const kernels: [string, number[][], Function, Function][] = [
    [
      'a convolution by steps of two',
      [
        [3, 8, 8, 5],
        [4, 4, 5, 7],
      ],
      (x, w) => conv(x as tf.Tensor4D, w as tf.Tensor4D, 2),
      (x, w) => tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, 2, 'same'),
    ],
    [
      'a convolution by steps of two of a map with an odd side',
      [
        [2, 7, 9, 5],
        [4, 4, 5, 3],
      ],
      (x, w) => conv(x as tf.Tensor4D, w as tf.Tensor4D, 2),
      (x, w) => tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, 2, 'same'),
    ],
    [
      'a convolution by steps of one',
      [
        [2, 8, 8, 5],
        [3, 3, 5, 3],
      ],
      (x, w) => conv(x as tf.Tensor4D, w as tf.Tensor4D, 1),
      (x, w) => tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, 1, 'same'),
    ],
    [
      'a transposed convolution',
      [
        [3, 4, 4, 5],
        [4, 4, 7, 5],
      ],
      (x, w) => convTranspose(x as tf.Tensor4D, w as tf.Tensor4D, 2),
      (x, w) => tf.conv2dTranspose(x as tf.Tensor4D, w as tf.Tensor4D, [3, 8, 8, 7], 2, 'same'),
    ],
  ];

  it.each(kernels)(
    '%s and both its gradients are those of float32 to one part in 100',
    (_, shapes, inHalf, inFloat) => {
      const inputs = shapes.map((shape, at) => noise(shape, at));
      const [half, float] = [rounding(inHalf)(...inputs), inFloat(...inputs)];
      expect(distance(half, float)).toBeLessThan(0.01);
      const dy = noise(float.shape, 9);
      const expected = tf.grads(inFloat)(inputs, dy);
      tf.grads(rounding(inHalf))(inputs, dy).forEach((gradient, at) => {
        expect(distance(gradient, expected[at] as tf.Tensor)).toBeLessThan(0.01);
      });
    },
  );

  it('batch normalisation, its statistics and all its gradients are those of float32 to one part in 100', () => {
    const inputs = [noise([4, 5, 5, 6], 1), noise([6], 2), noise([6], 3)];
    const [x, gamma, beta] = inputs as [tf.Tensor4D, tf.Tensor1D, tf.Tensor1D];
    const seen = [floatBatchNorm(x, gamma, beta, 1e-3), batchNormTraining(toBfloat16(x), gamma, beta, 1e-3)] as const;
    expect(distance(seen[1].variance, seen[0].variance)).toBeLessThan(0.01);
    expect(tf.max(tf.abs(tf.sub(seen[1].mean, seen[0].mean))).dataSync()[0]).toBeLessThan(0.004);
    const inFloat: Function = (a, b, c) => normalised(floatBatchNorm, a, b, c);
    const inHalf: Function = (a, b, c) => toFloat32(normalised(batchNormTraining, toBfloat16(a as tf.Tensor), b, c));
    const dy = noise([4, 5, 5, 6], 9);
    const expected = tf.grads(inFloat)(inputs, dy);
    tf.grads(inHalf)(inputs, dy).forEach((gradient, at) => {
      expect(distance(gradient, expected[at] as tf.Tensor)).toBeLessThan(0.01);
    });
    for (const { mean, variance } of seen) tf.dispose([mean, variance]);
  });

  it('only the gradients that are asked for are computed', () => {
    const outputs = vi.spyOn(
      tf.backend() as unknown as { createOutputTensor(output: { shape: number[] }): unknown },
      'createOutputTensor',
    );
    const kernel = noise<tf.Tensor4D>([4, 4, 5, 7], 2);
    tf.grad((x) => toFloat32(conv(toBfloat16(x as tf.Tensor4D), toBfloat16(kernel), 2)))(noise([3, 8, 8, 5], 1));
    const likeKernel = outputs.mock.calls.filter(([{ shape }]) => `${shape}` === '4,4,5,7');
    // Its rounded copy, and no gradient in it.
    expect(likeKernel).toHaveLength(1);
  });

  it('a tensor cannot be mistaken for one of float32', () => {
    const half = toBfloat16(tf.tensor1d([1, 2]));
    expect(() => tf.add(half, 1)).toThrow(/bfloat16|float/);
  });
});

function normalised(
  normalise: typeof batchNormTraining,
  x: tf.Tensor | undefined,
  gamma: tf.Tensor | undefined,
  beta: tf.Tensor | undefined,
): tf.Tensor {
  const { output, mean, variance } = normalise(x as tf.Tensor4D, gamma as tf.Tensor1D, beta as tf.Tensor1D, 1e-3);
  tf.dispose([mean, variance]);
  return output;
}
