import type * as tf from '@tensorflow/tfjs-core';
import { type Attribute, attribute, runKernelOnce, typeAttribute } from '../native-kernels.ts';
import { withNumbers } from './arrange.ts';
import { defineKernel } from './define-kernel.ts';
import { filterGradient } from './filter-gradient.ts';

/**
 * Convolutions in bfloat16, summed in float32 inside of the kernel and rounded at its end. Where the processor multiplies
 * matrices of bfloat16 (AMX), each direction takes an eighth to a third of its time in float32.
 */

/**
 * @param input bfloat16, `[batch, height, width, channels]`.
 * @param kernel bfloat16, `[side, side, channels, filters]`.
 * @returns bfloat16, padded "same": `[batch, ceil(height / stride), ceil(width / stride), filters]`.
 */
export function conv(input: tf.Tensor4D, kernel: tf.Tensor4D, stride: number): tf.Tensor4D {
  return convolve([input, kernel], { stride })[0] as tf.Tensor4D;
}

/**
 * The transposed convolution, which is the gradient of `conv` in its input.
 *
 * @param input bfloat16, `[batch, height, width, channels]`.
 * @param kernel bfloat16, `[side, side, filters, channels]`.
 * @returns bfloat16, `[batch, height * stride, width * stride, filters]`.
 */
export function convTranspose(input: tf.Tensor4D, kernel: tf.Tensor4D, stride: number): tf.Tensor4D {
  return convolveBack([input, kernel], { stride })[0] as tf.Tensor4D;
}

const convolve = defineKernel('Conv', {
  inputs: ['x', 'w'],
  compute: ({ x, w }, { stride }) => [forward(x as tf.Tensor, w as tf.Tensor, stride as number)],
  saves: ['x', 'w'],
  gradients: (dy, [x, w], { stride }) => ({
    x: () => toInput((x as tf.Tensor).shape, w as tf.Tensor, dy, stride as number),
    w: () => toFilter(x as tf.Tensor, (w as tf.Tensor).shape, dy, stride as number),
  }),
});

const convolveBack = defineKernel('ConvTranspose', {
  inputs: ['x', 'w'],
  compute: ({ x, w }, { stride = 1 }) => {
    const [batch = 0, height = 0, width = 0] = (x as tf.Tensor).shape;
    const [, , filters = 0] = (w as tf.Tensor).shape;
    return [toInput([batch, height * stride, width * stride, filters], w as tf.Tensor, x as tf.Tensor, stride)];
  },
  saves: ['x', 'w'],
  // The convolution's own gradients with the parts of its input and its output's gradient exchanged.
  gradients: (dy, [x, w], { stride }) => ({
    x: () => forward(dy, w as tf.Tensor, stride as number),
    w: () => toFilter(dy, (w as tf.Tensor).shape, x as tf.Tensor, stride as number),
  }),
});

function forward(input: tf.Tensor, kernel: tf.Tensor, stride: number): tf.Tensor {
  return runKernelOnce('Conv2D', attributes(stride), [input, kernel]);
}

function toInput(shape: readonly number[], kernel: tf.Tensor, dy: tf.Tensor, stride: number): tf.Tensor {
  return withNumbers([shape], ([sizes]) =>
    runKernelOnce('Conv2DBackpropInput', attributes(stride), [sizes, kernel, dy]),
  );
}

function toFilter(input: tf.Tensor, shape: readonly number[], dy: tf.Tensor, stride: number): tf.Tensor {
  const [, height = 0, width = 0] = input.shape;
  if (stride === 2 && shape[0] === 4 && shape[1] === 4 && height % 2 === 0 && width % 2 === 0)
    return filterGradient(input as tf.Tensor4D, dy as tf.Tensor4D);
  return withNumbers([shape], ([sizes]) =>
    runKernelOnce('Conv2DBackpropFilter', attributes(stride), [input, sizes, dy]),
  );
}

function attributes(stride: number): Attribute[] {
  return [
    typeAttribute('T', 'bfloat16'),
    attribute('strides', 'INT', [1, stride, stride, 1]),
    attribute('padding', 'STRING', 'SAME'),
    attribute('data_format', 'STRING', 'NHWC'),
    attribute('use_cudnn_on_gpu', 'BOOL', true),
    attribute('dilations', 'INT', [1, 1, 1, 1]),
    attribute('explicit_paddings', 'INT', []),
  ];
}
