import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { narrowConv } from '../../../model/tensorflow/narrow-conv.ts';
import '../../support/tensorflow.ts';

const wave = (shape: [number, number, number, number], speed: number) =>
  tf.tensor4d(
    Float32Array.from({ length: tf.util.sizeFromShape(shape) }, (_, i) => Math.sin(i * speed)),
    shape,
  );

const plain = (x: tf.Tensor4D, w: tf.Tensor4D) => tf.conv2d(x, w, 1, 'same');

it.each([
  { side: 3, filters: 3 },
  { side: 5, filters: 2 },
  { side: 1, filters: 4 },
])('is the convolution it stands for, $side x $side with $filters filters, and has its slopes', ({ side, filters }) => {
  const x = wave([2, 6, 7, 5], 1.3);
  const w = wave([side, side, 5, filters], 0.7);
  const dy = wave([2, 6, 7, filters], 0.9);
  expectClose(narrowConv(x, w), plain(x, w));
  const slopes = (conv: typeof plain) => tf.grads((a, b) => conv(a as tf.Tensor4D, b as tf.Tensor4D))([x, w], dy);
  const [ours, theirs] = [slopes(narrowConv), slopes(plain)];
  ours.forEach((slope, at) => {
    expectClose(slope, theirs[at] as tf.Tensor);
  });
});

it('counts a picture by hand: each pixel becomes the sum of its neighbourhood', () => {
  const ones = tf.ones<tf.Rank.R4>([1, 3, 3, 1]);
  const sums = narrowConv(ones, tf.ones<tf.Rank.R4>([3, 3, 1, 1]));
  expect([...sums.dataSync()]).toEqual([4, 6, 4, 6, 9, 6, 4, 6, 4]);
});

function expectClose(ours: tf.Tensor, theirs: tf.Tensor): void {
  expect(ours.shape).toEqual(theirs.shape);
  const expected = theirs.dataSync();
  const worst = Math.max(...ours.dataSync().map((value, i) => Math.abs(value - (expected[i] ?? Number.NaN))));
  expect(worst).toBeLessThan(2e-5);
}
