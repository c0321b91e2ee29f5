import * as tf from '@tensorflow/tfjs-core';
import { attribute, runKernelOnce, typeAttribute } from '../native-kernels.ts';
import { padImage, reshape, slice, transpose } from './arrange.ts';

/**
 * The gradient in the kernel of a 4x4 convolution by steps of two, as four matrix products.
 *
 * Four places of the padded input, two by two, are one place with four times the channels. By these the convolution is one of 2x2
 * by steps of one, and each of its taps has a gradient that is the product of what the tap reads with the output's gradient. The
 * library's own kernel for this gradient leaves the matrix units idle most of the time, the more the smaller the map is.
 *
 * @param input bfloat16, `[batch, height, width, channels]`, height and width even.
 * @param dy bfloat16, `[batch, height / 2, width / 2, filters]`.
 * @returns bfloat16, `[4, 4, channels, filters]`.
 */
export function filterGradient(input: tf.Tensor4D, dy: tf.Tensor4D): tf.Tensor4D {
  const [batch, height, width, channels] = input.shape;
  const [, rows, columns, filters] = dy.shape;
  return tf.tidy(() => {
    const blocks = inBlocks(input);
    const places = batch * rows * columns;
    const gradient = reshape(dy, [places, filters]);
    const taps = [0, 1].flatMap((down) =>
      [0, 1].map((right) => {
        const read = slice(blocks, [0, down, right, 0], [batch, height / 2, width / 2, 4 * channels]);
        return product(reshape(read, [places, 4 * channels]), gradient);
      }),
    );
    // [tap down, tap right, row in the block, column in the block, channel, filter]
    const kernel = reshape(pack(taps), [2, 2, 2, 2, channels, filters]);
    return reshape(transpose(kernel, [0, 2, 1, 3, 4, 5]), [4, 4, channels, filters]) as tf.Tensor4D;
  });
}

/** `[batch, height / 2 + 1, width / 2 + 1, 4 * channels]`: the padded input's blocks of two by two. */
function inBlocks(input: tf.Tensor4D): tf.Tensor {
  const [batch, height, width, channels] = input.shape;
  const [down, across] = [height / 2 + 1, width / 2 + 1];
  const padded = reshape(padImage(input, 1), [batch, down, 2, across, 2 * channels]);
  return reshape(transpose(padded, [0, 1, 3, 2, 4]), [batch, down, across, 4 * channels]);
}

/** Of `[places, inputs]` and `[places, filters]`: `[inputs, filters]`. */
function product(read: tf.Tensor, gradient: tf.Tensor): tf.Tensor {
  const attributes = [
    typeAttribute('T', 'bfloat16'),
    attribute('transpose_a', 'BOOL', true),
    attribute('transpose_b', 'BOOL', false),
  ];
  return runKernelOnce('MatMul', attributes, [read, gradient]);
}

function pack(parts: readonly tf.Tensor[]): tf.Tensor {
  const attributes = [typeAttribute('T', 'bfloat16'), attribute('N', 'INT', parts.length), attribute('axis', 'INT', 0)];
  return runKernelOnce('Pack', attributes, parts);
}
