import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { leakyRelu } from '../../../model/tensorflow/leaky-relu.ts';
import '../../support/tensorflow.ts';

const input = () => tf.tensor1d([-2, -0.5, -0, 0, 0.5, 2]);

it('lets positive numbers through and shrinks the others', () => {
  expect([...leakyRelu(input(), 0.25).dataSync()]).toEqual([-0.5, -0.125, -0, 0, 0.5, 2]);
});

it('has a slope of one above zero and the given one elsewhere', () => {
  const slopes = tf.grad((x) => leakyRelu(x, 0.25))(input(), tf.tensor1d([1, 2, 3, 4, 5, 6]));
  expect([...slopes.dataSync()]).toEqual([0.25, 0.5, 0.75, 1, 5, 6]);
});

it('has the bits of the composed gradient', () => {
  const x = tf.tensor2d(
    Float32Array.from({ length: 600 }, (_, i) => Math.sin(i * 1.7)),
    [20, 30],
  );
  const dy = tf.tensor2d(
    Float32Array.from({ length: 600 }, (_, i) => Math.cos(i * 0.9)),
    [20, 30],
  );
  const composed = tf
    .grad((value) => tf.leakyRelu(value, 0.2))(x, dy)
    .dataSync();
  expect(
    tf
      .grad((value) => leakyRelu(value, 0.2))(x, dy)
      .dataSync(),
  ).toEqual(composed);
});
