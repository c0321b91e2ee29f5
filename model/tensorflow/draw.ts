import * as tf from '@tensorflow/tfjs-core';
import type { Network } from '../architecture/network.ts';
import { forward, inference, type WeightTensors } from './forward.ts';
import { scoped } from './tape.ts';

/**
 * Draws cars as serving does, with the moving statistics.
 *
 * @param latents `count * latentSize` numbers.
 * @returns `count * size * size * 3` bytes.
 */
export function drawCars(network: Network, weights: WeightTensors, latents: Float32Array): Uint8Array {
  const [latentSize = 1] = network.inputShape;
  return scoped(() => {
    const images = forward(
      network,
      weights,
      tf.tensor2d(latents, [latents.length / latentSize, latentSize]),
      inference,
    );
    // From [-1, 1] to the nearest whole number of 0 to 255.
    return Uint8Array.from(tf.floor(tf.add(tf.mul(images, 127.5), 128)).dataSync());
  });
}
