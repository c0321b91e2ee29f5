import { type Network, sizeOf, type WeightSpec, type WeightValues } from '../../architecture/network.ts';
import type { Random } from '../../random.ts';

/** Fresh weights: kernels by Glorot and Bengio's uniform (2010), the rest constant, drawn in the order of the network. */
export function initialWeights(network: Network, random: Random): Map<string, Float32Array> {
  return new Map(network.weights.map((weight) => [weight.name, initialValues(weight, random)]));
}

function initialValues(weight: WeightSpec, random: Random): Float32Array {
  const values = new Float32Array(sizeOf(weight.shape));
  if (weight.initializer === 'zeros') return values;
  if (weight.initializer === 'ones') return values.fill(1);
  if (weight.initializer === 'normal') return values.map(() => random.normal());
  // Keras counts a kernel's receptive field into both fans; which of the last two axes is the input does not matter here.
  const [inputs = 1, outputs = 1] = weight.shape.slice(-2);
  const receptiveField = sizeOf(weight.shape.slice(0, -2));
  const limit = Math.sqrt(6 / (receptiveField * (inputs + outputs)));
  return values.map(() => (2 * random.uniform() - 1) * limit);
}

/** A deep copy. */
export function copyWeights(values: WeightValues): Map<string, Float32Array> {
  return new Map([...values].map(([name, data]) => [name, data.slice()]));
}
