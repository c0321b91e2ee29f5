import * as tf from '@tensorflow/tfjs-core';
import { mixedChannels } from '../architecture/heads.ts';
import type { Random } from '../random.ts';
import { enlarge } from './enlarge.ts';

/**
 * The random projections of a projected GAN (Sauer et al. 2021, 3.2): across channels by a 1x1 convolution of each tap, and across
 * scales by a 3x3 convolution of the next deeper mixed map, enlarged and added. They stay as they were drawn.
 */
export interface Mixing {
  /** `[1, 1, channels of the tap, channels of the mixed map]` each, the largest map first. */
  readonly across: readonly tf.Tensor4D[];
  /** `[3, 3, channels of the next deeper mixed map, channels of this one]`, for all but the deepest. */
  readonly down: readonly tf.Tensor4D[];
}

/** Draws the projections for taps of these many channels; they keep the size of what goes through (He et al. 2015, without a ReLU). */
export function drawMixing(tapChannels: readonly number[], random: Random): Mixing {
  const draw = (shape: [number, number, number, number]) => {
    const [height, width, inputs] = shape;
    const deviation = 1 / Math.sqrt(height * width * inputs);
    const size = shape.reduce((product, side) => product * side, 1);
    return tf.tensor4d(
      Float32Array.from({ length: size }, () => deviation * random.normal()),
      shape,
    );
  };
  const across = tapChannels.map((channels, at) => draw([1, 1, channels, mixedChannels[at] ?? 0]));
  const down = mixedChannels.slice(1).map((channels, at) => draw([3, 3, channels, mixedChannels[at] ?? 0]));
  return { across, down };
}

/** The mixed maps of these taps, the largest first. */
export function mix({ across, down }: Mixing, taps: readonly tf.Tensor4D[]): tf.Tensor4D[] {
  const mixed: tf.Tensor4D[] = [];
  for (let at = taps.length - 1; at >= 0; at--) {
    const own = tf.conv2d(taps[at] as tf.Tensor4D, across[at] as tf.Tensor4D, 1, 'same');
    const [deeper] = mixed;
    if (deeper === undefined) mixed.unshift(own);
    else mixed.unshift(tf.add(own, enlarge(tf.conv2d(deeper, down[at] as tf.Tensor4D, 1, 'same'), own.shape[1])));
  }
  return mixed;
}
