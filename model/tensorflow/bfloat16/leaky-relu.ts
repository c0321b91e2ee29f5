import type * as tf from '@tensorflow/tfjs-core';
import { attribute, runKernelOnce, typeAttribute } from '../native-kernels.ts';
import { narrow, widen } from './cast.ts';
import { defineKernel } from './define-kernel.ts';

/**
 * Leaky ReLU (Maas et al. 2013) of bfloat16.
 *
 * Its gradient is computed in float32 and rounded: TensorFlow's own kernel for it in bfloat16 takes ten times as long as that with
 * both casts.
 *
 * @param slope Of the negative side, above 0: the sign of the output then tells the sign of the input, which need not be kept.
 */
export function leakyRelu<T extends tf.Tensor>(input: T, slope: number): T {
  return activate([input], { slope })[0] as T;
}

const activate = defineKernel('LeakyRelu', {
  inputs: ['x'],
  compute: ({ x }, { slope }) => [
    runKernelOnce('LeakyRelu', [attribute('alpha', 'FLOAT', slope), typeAttribute('T', 'bfloat16')], [x as tf.Tensor]),
  ],
  saves: [],
  savesOutputs: [0],
  gradients: (dy, [y], { slope }) => ({
    x: () => {
      const wide = [widen(dy), widen(y as tf.Tensor)];
      const attributes = [attribute('alpha', 'FLOAT', slope), typeAttribute('T', 'float32')];
      const gradient = runKernelOnce('LeakyReluGrad', attributes, wide);
      return narrow(gradient);
    },
  }),
});
