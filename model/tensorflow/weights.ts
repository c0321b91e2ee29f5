import * as tf from '@tensorflow/tfjs-core';
import type { Network, WeightValues } from '../architecture/network.ts';

/** The same weights as tensors; whoever made them disposes them. */
export function weightTensors(network: Network, values: WeightValues): Map<string, tf.Tensor> {
  return new Map(
    network.weights.map((weight) => {
      const data = values.get(weight.name);
      if (data === undefined) throw new Error(`no values for the weight ${weight.name}`);
      // A copy: the backend may read the array only when the tensor is first used, and training changes it in place.
      return [weight.name, tf.tensor(data.slice(), [...weight.shape], 'float32')];
    }),
  );
}

export function disposeTensors(tensors: ReadonlyMap<string, tf.Tensor>): void {
  for (const tensor of tensors.values()) tensor.dispose();
}
