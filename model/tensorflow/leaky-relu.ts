import * as tf from '@tensorflow/tfjs-core';

/**
 * Leaky ReLU (Maas et al. 2013) whose gradient is TensorFlow's own kernel where the native backend is loaded. TensorFlow.js
 * composes that gradient out of three passes over the whole map: a comparison, a product and a choice. Both give the same bits.
 *
 * The kernel has no gradient of its own: where a gradient is to be differentiated again, take `tf.leakyRelu`.
 */
export function leakyRelu<T extends tf.Tensor>(input: T, slope: number): T {
  return tf.getBackend() === 'tensorflow' ? fused(input, slope) : tf.leakyRelu(input, slope);
}

/** The part of the native backend that runs one of TensorFlow's own kernels by its name. */
interface NativeBackend {
  readonly binding: Readonly<Record<'TF_ATTR_TYPE' | 'TF_ATTR_FLOAT', number>>;
  executeSingleOutput(name: string, attributes: unknown[], inputs: tf.Tensor[]): tf.Tensor;
}

/** TensorFlow's number for float32. */
const floatType = 1;

function fused<T extends tf.Tensor>(input: T, slope: number): T {
  const backend = tf.backend() as unknown as NativeBackend;
  const { binding } = backend;
  const attributes = [
    { name: 'alpha', type: binding.TF_ATTR_FLOAT, value: slope },
    { name: 'T', type: binding.TF_ATTR_TYPE, value: floatType },
  ];
  const activate = tf.customGrad((...args) => {
    const [x, save] = args as unknown as [tf.Tensor, tf.GradSaveFunc];
    save([x]);
    const value = backend.executeSingleOutput('LeakyRelu', attributes, [x]);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) =>
      backend.executeSingleOutput('LeakyReluGrad', attributes, [dy, ...saved]);
    return { value, gradFunc };
  });
  return activate(input) as T;
}
