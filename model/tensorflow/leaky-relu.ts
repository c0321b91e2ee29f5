import * as tf from '@tensorflow/tfjs-core';
import { attribute, hasNativeKernels, runKernelOnce, typeAttribute } from './native-kernels.ts';

/**
 * Leaky ReLU (Maas et al. 2013) whose gradient is TensorFlow's own kernel where the native backend is loaded. TensorFlow.js
 * composes that gradient out of three passes over the whole map: a comparison, a product and a choice. Both give the same bits.
 *
 * The kernel has no gradient of its own: where a gradient is to be differentiated again, take `tf.leakyRelu`.
 */
export function leakyRelu<T extends tf.Tensor>(input: T, slope: number): T {
  return hasNativeKernels() ? fused(input, slope) : tf.leakyRelu(input, slope);
}

function fused<T extends tf.Tensor>(input: T, slope: number): T {
  const attributes = [attribute('alpha', 'FLOAT', slope), typeAttribute('T', 'float32')];
  const activate = tf.customGrad((...args) => {
    const [x, save] = args as unknown as [tf.Tensor, tf.GradSaveFunc];
    save([x]);
    const value = runKernelOnce('LeakyRelu', attributes, [x]);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) => runKernelOnce('LeakyReluGrad', attributes, [dy, ...saved]);
    return { value, gradFunc };
  });
  return activate(input) as T;
}
