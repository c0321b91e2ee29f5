import * as tf from '@tensorflow/tfjs-core';
import type { Network, WeightValues } from '../architecture/network.ts';
import { forward, inference } from '../tensorflow/forward.ts';
import { scoped } from '../tensorflow/tape.ts';
import { weightTensors } from './weights.ts';

/** Draws cars as serving will: with the moving statistics, as bytes `count * size * size * 3`. */
export function drawCars(network: Network, weights: WeightValues, latents: Float32Array): Uint8Array {
  const [latentSize = 1] = network.inputShape;
  return scoped(() => {
    const input = tf.tensor2d(latents, [latents.length / latentSize, latentSize]);
    const images = forward(network, weightTensors(network, weights), input, inference);
    // From [-1, 1] to the nearest whole number of [0, 255].
    return Uint8Array.from(tf.round(tf.mul(tf.add(images, 1), 127.5)).dataSync());
  });
}
