import * as tf from '@tensorflow/tfjs-core';
import type { Network, WeightValues } from '../architecture/network.ts';

/**
 * The same weights as tensors; whoever made them disposes them. An array must not change before its tensor was read for the
 * last time: the backend takes it over when the tensor is first used, and copies it only where it does not lie as the library wants.
 */
export function weightTensors(network: Network, values: WeightValues): Map<string, tf.Tensor> {
  return new Map(
    network.weights.map((weight) => {
      const data = values.get(weight.name);
      if (data === undefined) throw new Error(`no values for the weight ${weight.name}`);
      return [weight.name, tf.tensor(data, [...weight.shape], 'float32')];
    }),
  );
}

export function disposeTensors(tensors: ReadonlyMap<string, tf.Tensor>): void {
  for (const tensor of tensors.values()) tensor.dispose();
}
