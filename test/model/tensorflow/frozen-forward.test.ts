import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { openNetwork } from '../../../model/tensorflow/frozen-forward.ts';
import type { Precision } from '../../../model/tensorflow/precision.ts';
import { madeNetwork, madeWeights } from '../../support/projected.ts';
import { native } from '../../support/tensorflow.ts';

const wave = (shape: number[], speed: number) =>
  tf.tensor4d(
    Float32Array.from({ length: tf.util.sizeFromShape(shape) }, (_, i) => Math.sin(i * speed)),
    shape as [number, number, number, number],
  );
const input = () => wave([2, 64, 64, 3], 0.37);

/** As a trained network's: strong enough for both ends of the ReLU, without blowing up roundings layer by layer. */
const tameWeights = () =>
  new Map([...madeWeights()].map(([name, values]) => [name, values.map((value) => value / 2)] as const));

function passOf(precision: Precision) {
  const network = openNetwork(madeNetwork, tameWeights(), precision);
  const { taps, back } = network.pass(input());
  const values = taps.map((tap) => tap.dataSync());
  const gradient = back(taps.map((tap, at) => wave(tap.shape, 0.7 + at))).dataSync() as Float32Array;
  return { values, gradient };
}

describe('a frozen network', () => {
  it('leaves nothing but what it gives, whether a gradient is asked for or not', () => {
    const network = openNetwork(madeNetwork, madeWeights(), 'float32');
    const image = input();
    const tensors = tf.memory().numTensors;
    const taps = network.taps(image);
    expect(tf.memory().numTensors).toBe(tensors + 4);
    tf.tidy(() => {
      const pass = network.pass(image);
      pass.back(pass.taps);
    });
    tf.dispose(taps);
    expect(tf.memory().numTensors).toBe(tensors);
    network.dispose();
  });

  it.skipIf(!native)('says in bfloat16 nearly what it says in float32 (skipped: needs the native library)', () => {
    const [wide, narrow] = [passOf('float32'), passOf('bfloat16')];
    const distance = (one: ArrayLike<number>, other: ArrayLike<number>) => {
      const [a, b] = [Array.from(one), Array.from(other)];
      return Math.hypot(...a.map((value, at) => value - (b[at] as number))) / Math.hypot(...a);
    };
    const cosine = (a: Float32Array, b: Float32Array) => {
      const product = (x: Float32Array, y: Float32Array) =>
        x.reduce((sum, value, at) => sum + value * (y[at] as number), 0);
      return product(a, b) / Math.sqrt(product(a, a) * product(b, b));
    };
    wide.values.forEach((values, at) => {
      expect(distance(values, narrow.values[at] as Float32Array)).toBeLessThan(0.03);
    });
    // Some values change sides of a ReLU's end, and with them their gradient: it still points the same way.
    expect(cosine(wide.gradient, narrow.gradient)).toBeGreaterThan(0.95);
    expect(narrow.gradient).not.toEqual(wide.gradient);
  });
});
