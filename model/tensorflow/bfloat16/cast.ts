import type * as tf from '@tensorflow/tfjs-core';
import { attribute, type dataTypes, runKernelOnce, typeAttribute } from '../native-kernels.ts';
import { defineKernel } from './define-kernel.ts';

/**
 * From float32 to bfloat16 and back. bfloat16 has float32's range and 8 bits of its significand: rounding to it changes a value
 * by at most one part in 256.
 */

/** Rounds float32 to the nearest bfloat16. */
export function toBfloat16<T extends tf.Tensor>(input: T): T {
  return castDown([input])[0] as T;
}

/** The same values as float32, exactly. */
export function toFloat32<T extends tf.Tensor>(input: T): T {
  return castUp([input])[0] as T;
}

const castDown = defineKernel('Round', {
  inputs: ['x'],
  compute: ({ x }) => [narrow(x as tf.Tensor)],
  saves: [],
  gradients: (dy) => ({ x: () => widen(dy) }),
});

const castUp = defineKernel('Widen', {
  inputs: ['x'],
  compute: ({ x }) => [widen(x as tf.Tensor)],
  saves: [],
  gradients: (dy) => ({ x: () => narrow(dy) }),
});

/** `toBfloat16` inside of a kernel or its gradient, where nothing is recorded. */
export function narrow(input: tf.Tensor): tf.Tensor {
  return runKernelOnce('Cast', castAttributes('float32', 'bfloat16'), [input]);
}

/** `toFloat32` inside of a kernel or its gradient, where nothing is recorded. */
export function widen(input: tf.Tensor): tf.Tensor {
  return runKernelOnce('Cast', castAttributes('bfloat16', 'float32'), [input]);
}

function castAttributes(from: keyof typeof dataTypes, to: keyof typeof dataTypes) {
  return [typeAttribute('SrcT', from), typeAttribute('DstT', to), attribute('Truncate', 'BOOL', false)];
}
