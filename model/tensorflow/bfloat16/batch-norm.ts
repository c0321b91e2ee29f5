import * as tf from '@tensorflow/tfjs-core';
import { type BatchNormResult, fusedAttributes } from '../batch-norm.ts';
import { attribute, runKernel } from '../native-kernels.ts';
import { defineKernel } from './define-kernel.ts';

/**
 * Batch normalisation in training mode (Ioffe and Szegedy 2015) of bfloat16, by statistics, scale and offset that stay float32.
 *
 * @param input bfloat16, `[batch, height, width, channels]`; so is the output.
 */
export function batchNormTraining(
  input: tf.Tensor4D,
  gamma: tf.Tensor1D,
  beta: tf.Tensor1D,
  epsilon: number,
): BatchNormResult {
  const [output, mean, variance] = normalise([input, gamma, beta], { epsilon }) as [
    tf.Tensor4D,
    tf.Tensor1D,
    tf.Tensor1D,
  ];
  return { output, mean: tf.keep(mean), variance: tf.keep(variance) };
}

const normalise = defineKernel('BatchNorm', {
  inputs: ['x', 'gamma', 'beta'],
  compute: ({ x, gamma, beta }, { epsilon = 0 }) => {
    // Empty running statistics: in training mode the kernel ignores what it is given.
    const empty = tf.tensor1d([]);
    const inputs = [x, gamma, beta, empty, empty] as tf.Tensor[];
    const factor = attribute('exponential_avg_factor', 'FLOAT', 1);
    const outputs = runKernel('FusedBatchNormV3', [...fusedAttributes('bfloat16', epsilon), factor], inputs, 6);
    empty.dispose();
    return outputs;
  },
  saves: ['x', 'gamma'],
  savesOutputs: [3, 4, 5],
  gradients: (dy, saved, { epsilon = 0 }) => {
    // One kernel gives all three, and whoever comes here needs one of them at least.
    const [x, gamma, beta, ...rest] = runKernel(
      'FusedBatchNormGradV3',
      fusedAttributes('bfloat16', epsilon),
      [dy, ...saved],
      5,
    );
    tf.dispose(rest);
    return { x: () => x as tf.Tensor, gamma: () => gamma as tf.Tensor, beta: () => beta as tf.Tensor };
  },
});
