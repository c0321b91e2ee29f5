import * as tf from '@tensorflow/tfjs-core';
import type { Random } from '../../random.ts';
import type { AugmentOptions } from '../config.ts';

/** Changes every picture of `[batch, size, size, 3]` in [-1, 1] in its own way. */
export function augment(options: AugmentOptions, images: tf.Tensor4D, random: Random): tf.Tensor4D {
  const [batch] = images.shape;
  /** One number from `low` to `high` a picture, to be broadcast over it. */
  const perPicture = (low: number, high: number) =>
    tf.tensor4d(
      Array.from({ length: batch }, () => low + (high - low) * random.uniform()),
      [batch, 1, 1, 1],
    );
  const scaleAround = (value: tf.Tensor4D, centre: tf.Tensor, factor: tf.Tensor) =>
    tf.add(tf.mul(tf.sub(value, centre), factor), centre) as tf.Tensor4D;

  let out = images;
  if (options.brightness > 0) out = tf.add(out, perPicture(-options.brightness / 2, options.brightness / 2));
  if (options.saturation > 0)
    out = scaleAround(out, tf.mean(out, 3, true), perPicture(1 - options.saturation, 1 + options.saturation));
  if (options.contrast > 0)
    out = scaleAround(out, tf.mean(out, [1, 2, 3], true), perPicture(1 - options.contrast, 1 + options.contrast));
  if (options.translation > 0) out = translate(options, out, random);
  return out;
}

/** Moves every picture by whole pixels, as one gather over all pixels of the batch. */
function translate({ translation }: AugmentOptions, images: tf.Tensor4D, random: Random): tf.Tensor4D {
  const [batch, size] = images.shape;
  const reach = Math.round(size * translation);
  const pixels = batch * size * size;
  const source = new Int32Array(pixels);
  for (let picture = 0, at = 0; picture < batch; picture++) {
    const rows = shifted(size, random.integer(2 * reach + 1) - reach);
    const columns = shifted(size, random.integer(2 * reach + 1) - reach);
    for (const row of rows) for (const column of columns) source[at++] = (picture * size + row) * size + column;
  }
  return tf.reshape(tf.gather(tf.reshape(images, [pixels, 3]), tf.tensor1d(source, 'int32')), images.shape);
}

/** Where each of `size` places takes its value from after a shift; what lies beyond the border is mirrored in it. */
function shifted(size: number, by: number): number[] {
  return Array.from({ length: size }, (_, place) => {
    const from = place - by;
    if (from >= 0 && from < size) return from;
    return from < 0 ? -1 - from : 2 * size - 1 - from;
  });
}
