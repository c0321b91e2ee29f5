import * as tf from '@tensorflow/tfjs-core';

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

/** The part of the native backend that runs one of TensorFlow's own kernels by its name. */
interface NativeBackend {
  readonly binding: Readonly<Record<'TF_ATTR_TYPE' | 'TF_ATTR_FLOAT' | 'TF_ATTR_STRING' | 'TF_ATTR_BOOL', number>>;
  executeMultipleOutputs(name: string, attributes: unknown[], inputs: tf.Tensor[], outputs: number): tf.Tensor[];
}

/** TensorFlow's number for float32. */
const floatType = 1;

/** Normalises `[batch, height, width, channels]` by its own mean and variance, then scales by gamma and adds beta. */
export function batchNormTraining(
  input: tf.Tensor4D,
  gamma: tf.Tensor1D,
  beta: tf.Tensor1D,
  epsilon: number,
): BatchNormResult {
  return tf.getBackend() === 'tensorflow'
    ? fused(input, gamma, beta, epsilon)
    : composedBatchNorm(input, gamma, beta, epsilon);
}

function fused(input: tf.Tensor4D, gamma: tf.Tensor1D, beta: tf.Tensor1D, epsilon: number): BatchNormResult {
  let statistics: { mean: tf.Tensor1D; variance: tf.Tensor1D } | undefined;
  const normalise = tf.customGrad((...args) => {
    const [x, scale, offset, save] = args as unknown as [tf.Tensor4D, tf.Tensor1D, tf.Tensor1D, tf.GradSaveFunc];
    const backend = tf.backend() as unknown as NativeBackend;
    const attributes = fusedAttributes(backend, epsilon);
    // Empty running statistics: in training mode the kernel ignores what it is given.
    const empty = tf.tensor1d([]);
    const outputs = backend.executeMultipleOutputs(
      'FusedBatchNormV3',
      [...attributes, { name: 'exponential_avg_factor', type: backend.binding.TF_ATTR_FLOAT, value: 1 }],
      [x, scale, offset, empty, empty],
      6,
    );
    const [value, mean, variance, ...reserved] = outputs as [tf.Tensor4D, tf.Tensor1D, tf.Tensor1D, ...tf.Tensor[]];
    statistics = { mean: tf.keep(mean), variance: tf.keep(variance) };
    save([x, scale, ...reserved]);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) =>
      backend.executeMultipleOutputs('FusedBatchNormGradV3', attributes, [dy, ...saved], 5).slice(0, 3);
    return { value, gradFunc };
  });
  const output = normalise(input, gamma, beta) as tf.Tensor4D;
  if (statistics === undefined) throw new Error('the fused kernel was not run');
  return { output, ...statistics };
}

function fusedAttributes({ binding }: NativeBackend, epsilon: number): unknown[] {
  return [
    { name: 'T', type: binding.TF_ATTR_TYPE, value: floatType },
    { name: 'U', type: binding.TF_ATTR_TYPE, value: floatType },
    { name: 'epsilon', type: binding.TF_ATTR_FLOAT, value: epsilon },
    { name: 'data_format', type: binding.TF_ATTR_STRING, value: 'NHWC' },
    { name: 'is_training', type: binding.TF_ATTR_BOOL, value: true },
  ];
}

/** The same out of plain operations, on any backend: slower, but its slope has a slope. */
export function composedBatchNorm(
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
