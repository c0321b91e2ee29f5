import * as tf from '@tensorflow/tfjs-core';

/**
 * Maps `[batch, height, width, channels]` enlarged to `size` a side, bilinear with half-pixel centres, as a product with one matrix a
 * side. Its gradient is TensorFlow.js's own; that of `tf.image.resizeBilinear` takes other centres than were asked for.
 */
export function enlarge(input: tf.Tensor4D, size: number): tf.Tensor4D {
  const [batch, height, width, channels] = input.shape;
  if (height === size && width === size) return input;
  return tf.tidy(() => {
    const rows = tf.reshape(input, [batch, height, width * channels]);
    const tall = tf.matMul(weightsOf(height, size), rows);
    return tf.matMul(weightsOf(width, size), tf.reshape(tall, [batch, size, width, channels])) as tf.Tensor4D;
  });
}

/** `[1, size, from]`: what each of `size` places takes of `from` ones. Places beyond the border are the border's own. */
function weightsOf(from: number, size: number): tf.Tensor3D {
  const weights = new Float32Array(size * from);
  for (let place = 0; place < size; place++) {
    const centre = Math.max(0, Math.min(from - 1, ((place + 0.5) * from) / size - 0.5));
    const low = Math.floor(centre);
    const high = Math.min(low + 1, from - 1);
    weights[place * from + low] = (weights[place * from + low] as number) + 1 - (centre - low);
    weights[place * from + high] = (weights[place * from + high] as number) + centre - low;
  }
  return tf.tensor3d(weights, [1, size, from]);
}
