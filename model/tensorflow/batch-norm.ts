import * as tf from '@tensorflow/tfjs-core';
import { type Attribute, attribute, hasNativeKernels, runKernel, typeAttribute } from './native-kernels.ts';
import type { Precision } from './precision.ts';

/**
 * Batch normalisation in training mode (Ioffe and Szegedy 2015), by TensorFlow's fused kernels where the native backend is
 * loaded. TensorFlow.js composes the same thing, and its gradient, out of dozens of elementwise kernels, which takes four
 * times as long.
 */

export interface BatchNormResult {
  readonly output: tf.Tensor4D;
  /** Mean of the batch, per channel. */
  readonly mean: tf.Tensor1D;
  /** Variance of the batch, per channel, with Bessel's correction: what the moving variance is made of. */
  readonly variance: tf.Tensor1D;
}

/** What batch normalisation saw in one training pass, by layer name. The tensors are kept: whoever asked disposes them. */
export type BatchStatistics = Map<string, { mean: tf.Tensor1D; variance: tf.Tensor1D }>;

/** Normalises `[batch, height, width, channels]` by its own mean and variance, then scales by gamma and adds beta. */
export function batchNormTraining(
  input: tf.Tensor4D,
  gamma: tf.Tensor1D,
  beta: tf.Tensor1D,
  epsilon: number,
): BatchNormResult {
  return hasNativeKernels() ? fused(input, gamma, beta, epsilon) : composedBatchNorm(input, gamma, beta, epsilon);
}

function fused(input: tf.Tensor4D, gamma: tf.Tensor1D, beta: tf.Tensor1D, epsilon: number): BatchNormResult {
  let statistics: { mean: tf.Tensor1D; variance: tf.Tensor1D } | undefined;
  const normalise = tf.customGrad((...args) => {
    const [x, scale, offset, save] = args as unknown as [tf.Tensor4D, tf.Tensor1D, tf.Tensor1D, tf.GradSaveFunc];
    const attributes = fusedAttributes('float32', epsilon);
    // Empty running statistics: in training mode the kernel ignores what it is given.
    const empty = tf.tensor1d([]);
    const factor = attribute('exponential_avg_factor', 'FLOAT', 1);
    const outputs = runKernel('FusedBatchNormV3', [...attributes, factor], [x, scale, offset, empty, empty], 6);
    const [value, mean, variance, ...reserved] = outputs as [tf.Tensor4D, tf.Tensor1D, tf.Tensor1D, ...tf.Tensor[]];
    statistics = { mean: tf.keep(mean), variance: tf.keep(variance) };
    save([x, scale, ...reserved]);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) =>
      runKernel('FusedBatchNormGradV3', attributes, [dy, ...saved], 5).slice(0, 3);
    return { value, gradFunc };
  });
  const output = normalise(input, gamma, beta) as tf.Tensor4D;
  if (statistics === undefined) throw new Error('the fused kernel was not run');
  return { output, ...statistics };
}

/** What the fused kernels are told for an input of `type`; statistics, scale and offset are float32 in any case. */
export function fusedAttributes(type: Precision, epsilon: number): Attribute[] {
  return [
    typeAttribute('T', type),
    typeAttribute('U', 'float32'),
    attribute('epsilon', 'FLOAT', epsilon),
    attribute('data_format', 'STRING', 'NHWC'),
    attribute('is_training', 'BOOL', true),
  ];
}

/** The same out of plain operations, on any backend, but slower. */
function composedBatchNorm(
  input: tf.Tensor4D,
  gamma: tf.Tensor1D,
  beta: tf.Tensor1D,
  epsilon: number,
): BatchNormResult {
  const { mean, variance } = tf.moments(input, [0, 1, 2]);
  const output = tf.batchNorm4d(input, mean as tf.Tensor1D, variance as tf.Tensor1D, beta, gamma, epsilon);
  const values = input.size / gamma.size;
  return {
    output,
    mean: tf.keep(tf.clone(mean)) as tf.Tensor1D,
    variance: tf.keep(tf.mul(variance, values / (values - 1))) as tf.Tensor1D,
  };
}
