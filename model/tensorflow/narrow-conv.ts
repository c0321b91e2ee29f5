import * as tf from '@tensorflow/tfjs-core';

/**
 * A convolution with few filters, stride 1, zero padding to the same size, as a matrix product and a sum.
 *
 * Vector units work on 16 filters at a time, so that a convolution with 3 of them (a generator's last) costs as much as one
 * with 16. Here every tap of every filter is a column of one matrix product, 27 for 3 x 3 x 3, and a second convolution,
 * whose kernel holds zeros and ones, adds up the taps at their places: half the time forward, a third backward. Sums are
 * taken in another order than by `tf.conv2d`; they agree to float32's rounding.
 *
 * @param input `[batch, height, width, channels]`.
 * @param kernel `[side, side, channels, filters]`, the side odd.
 */
export function narrowConv(input: tf.Tensor4D, kernel: tf.Tensor4D): tf.Tensor4D {
  const [batch, height, width, channels] = input.shape;
  const [side, , , filters] = kernel.shape;
  const taps = side * side * filters;
  return tf.tidy(() => {
    const columns = tf.reshape(tf.transpose(kernel, [2, 0, 1, 3]), [channels, taps]);
    const products = tf.matMul(tf.reshape(input, [batch * height * width, channels]), columns);
    return tf.conv2d(tf.reshape(products, [batch, height, width, taps]), gathering(side, filters), 1, 'same');
  });
}

/** Few enough that the detour pays. */
export const narrowFilters = 4;

/** `[side, side, side * side * filters, filters]`: at each place a one for the tap that belongs there. */
function gathering(side: number, filters: number): tf.Tensor4D {
  const taps = side * side * filters;
  const values = new Float32Array(side * side * taps * filters);
  for (let tap = 0; tap < taps; tap++) {
    const place = Math.floor(tap / filters);
    values[(place * taps + tap) * filters + (tap % filters)] = 1;
  }
  return tf.tensor4d(values, [side, side, taps, filters]);
}
