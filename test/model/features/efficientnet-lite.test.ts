import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { efficientnetLite0 } from '../../../model/features/efficientnet-lite.ts';
import { frozenNetworkSchema } from '../../../model/features/frozen-network.ts';
import type { PytorchTensor } from '../../../model/features/pytorch-file.ts';
import { openNetwork } from '../../../model/tensorflow/frozen-forward.ts';
import '../../support/tensorflow.ts';

/** Weights by a formula, under the names and with the shapes that the network in PyTorch has. */
function formulaWeights(): Map<string, PytorchTensor> {
  const tensors = new Map<string, PytorchTensor>();
  const put = (name: string, shape: readonly number[]) => {
    const phase = [...Buffer.from(name)].reduce((sum, byte) => sum + byte, 0) % 97;
    const each = shape.slice(1).reduce((product, side) => product * side, 1);
    const values = Float32Array.from({ length: (shape[0] ?? 0) * each }, (_, i) => {
      const wave = Math.sin(0.7 * i + phase);
      if (name.endsWith('running_var')) return 1 + 0.5 * wave;
      if (shape.length === 1) return name.endsWith('weight') ? 1 + 0.3 * wave : 0.1 * wave;
      return wave * Math.sqrt(6 / each);
    });
    tensors.set(name, { shape, values });
  };
  const convolution = (name: string, norm: string, shape: readonly number[]) => {
    put(`${name}.weight`, shape);
    for (const part of ['weight', 'bias', 'running_mean', 'running_var']) put(`${norm}.${part}`, shape.slice(0, 1));
  };
  convolution('_conv_stem', '_bn0', [32, 3, 3, 3]);
  let [block, inputs] = [0, 32];
  // Blocks, side of the kernel, widening and channels of each stage, as in the paper's table of EfficientNet-B0.
  for (const [blocks, side, widening, channels] of [
    [1, 3, 1, 16],
    [2, 3, 6, 24],
    [2, 5, 6, 40],
    [3, 3, 6, 80],
    [3, 5, 6, 112],
    [4, 5, 6, 192],
    [1, 3, 6, 320],
  ] as const)
    for (const end = block + blocks; block < end; block++) {
      const [name, wide] = [`_blocks.${block}.`, inputs * widening];
      if (widening > 1) convolution(`${name}_expand_conv`, `${name}_bn0`, [wide, inputs, 1, 1]);
      convolution(`${name}_depthwise_conv`, `${name}_bn1`, [wide, 1, side, side]);
      convolution(`${name}_project_conv`, `${name}_bn2`, [channels, wide, 1, 1]);
      inputs = channels;
    }
  return tensors;
}

it("gives EfficientNet-Lite0's maps as PyTorch does", () => {
  const { network, weights } = efficientnetLite0(formulaWeights());
  expect(frozenNetworkSchema.parse(network)).toEqual(network);
  const { scale, shift } = network.normalisation;
  const image = tf.tensor4d(
    Float32Array.from({ length: 64 * 64 * 3 }, (_, i) => Math.sin(0.01 * i)),
    [1, 64, 64, 3],
  );
  const input = tf.add(tf.mul(image, tf.tensor1d(scale)), tf.tensor1d(shift)) as tf.Tensor4D;
  const taps = openNetwork(network, weights, 'float32').taps(input);
  // From efficientnet_lite_pytorch 0.1.0 under PyTorch 2.15: shape, mean, mean of the sizes, and the last corner's second channel.
  const expected = [
    [[1, 16, 16, 24], 0.0570152, 2.5480393, 0.142591],
    [[1, 8, 8, 40], -0.351563, 6.878838, 0.5558497],
    [[1, 4, 4, 112], -0.3575841, 7.755782, -1.8722831],
    [[1, 2, 2, 320], 0.0228746, 10.8716168, -3.5064921],
  ] as const;
  expected.forEach(([shape, mean, size, corner], at) => {
    const tap = taps[at] as tf.Tensor4D;
    expect(tap.shape).toEqual(shape);
    const values = tap.dataSync();
    const [, rows, columns, channels] = shape;
    expect(tf.mean(tap).dataSync()[0]).toBeCloseTo(mean, 3);
    expect(tf.mean(tf.abs(tap)).dataSync()[0]).toBeCloseTo(size, 3);
    expect(values[(rows * columns - 1) * channels + 1]).toBeCloseTo(corner, 3);
  });
});

it('names a weight that is missing or of another shape', () => {
  const tensors = formulaWeights();
  tensors.delete('_blocks.3._bn1.bias');
  expect(() => efficientnetLite0(tensors)).toThrow(/_blocks\.3\._bn1\.bias is missing/);
  tensors.set('_blocks.3._bn1.bias', { shape: [2], values: new Float32Array(2) });
  expect(() => efficientnetLite0(tensors)).toThrow(/_blocks\.3\._bn1\.bias has the shape \[2\], not \[144\]/);
});
