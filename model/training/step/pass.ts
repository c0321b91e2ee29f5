import type * as tf from '@tensorflow/tfjs-core';
import type { Network, WeightValues } from '../../architecture/network.ts';
import type { Random } from '../../random.ts';
import type { BatchStatistics } from '../../tensorflow/batch-norm.ts';
import type { Mode, WeightTensors } from '../../tensorflow/forward.ts';
import type { Precision } from '../../tensorflow/precision.ts';

/** What both players' passes share: gradients by weight name, dropout, and the moving statistics of batch normalisation. */
export type Gradients = ReadonlyMap<string, Float32Array>;

/** A training pass whose dropout is drawn from `random`. */
export function trainingPass(random: Random, precision: Precision = 'float32'): Extract<Mode, { kind: 'training' }> {
  const dropout = (size: number, rate: number) => dropoutFactors(size, rate, random);
  return { kind: 'training', statistics: new Map(), precision, dropout };
}

/** Inverted dropout (Srivastava et al. 2014): 0 with probability `rate`, else 1 / (1 - rate). */
function dropoutFactors(size: number, rate: number, random: Random): Float32Array {
  const kept = 1 / (1 - rate);
  const dropped = rate * 2 ** 32;
  const factors = new Float32Array(size);
  // In the same memory: each factor takes the place of the bits that decide on it.
  const bits = new Uint32Array(factors.buffer);
  random.fill(bits);
  for (let at = 0; at < size; at++) factors[at] = (bits[at] as number) < dropped ? 0 : kept;
  return factors;
}

/**
 * The weights that have a gradient: the trainable ones, without biases right before a batch normalisation, which subtracts
 * them again.
 */
export function learningNames(network: Network): string[] {
  const cancelled = new Set(
    network.layers.filter((_, at) => network.layers[at + 1]?.kind === 'batchNorm').map((layer) => `${layer.name}/bias`),
  );
  return network.weights.filter(({ name, trainable }) => trainable && !cancelled.has(name)).map(({ name }) => name);
}

/** All of `tensors`, those of `names` replaced by the ones that a gradient is taken in. */
export function withTrainable(
  tensors: WeightTensors,
  names: readonly string[],
  trainable: readonly tf.Tensor[],
): WeightTensors {
  return new Map([...tensors, ...names.map((name, at) => [name, trainable[at] as tf.Tensor] as const)]);
}

export function readGradients(names: readonly string[], tensors: readonly tf.Tensor[]): Gradients {
  return new Map(names.map((name, at) => [name, (tensors[at] as tf.Tensor).dataSync() as Float32Array]));
}

/** The sum of two gradients; `other` may leave out weights that it does not depend on. */
export function sumGradients(one: Gradients, other: Gradients): Gradients {
  return new Map(
    [...one].map(([name, values]) => {
      const more = other.get(name);
      return [name, more === undefined ? values : sum(values, more)];
    }),
  );
}

/** A loop: `map` calls its function for each of some millions of values, which takes several times as long. */
function sum(one: Float32Array, other: Float32Array): Float32Array {
  const total = new Float32Array(one.length);
  for (let at = 0; at < one.length; at++) total[at] = (one[at] as number) + (other[at] as number);
  return total;
}

/** Moves each moving statistic towards what the pass saw, in place, and disposes of the pass's statistics. */
export function mergeStatistics(network: Network, weights: WeightValues, statistics: BatchStatistics): void {
  network.layers.forEach((layer, at) => {
    const seen = statistics.get(layer.name);
    if (layer.kind !== 'batchNorm' || seen === undefined) return;
    // The pass leaves out a bias right before the normalisation, which the moving mean has to hold.
    const bias = weights.get(`${network.layers[at - 1]?.name}/bias`);
    moveTowards(weights.get(`${layer.name}/moving_mean`), seen.mean, layer.momentum, bias);
    moveTowards(weights.get(`${layer.name}/moving_variance`), seen.variance, layer.momentum);
  });
  statistics.clear();
}

function moveTowards(
  moving: Float32Array | undefined,
  seen: tf.Tensor,
  momentum: number,
  bias?: Float32Array | undefined,
): void {
  const values = seen.dataSync();
  seen.dispose();
  moving?.forEach((value, at) => {
    moving[at] = momentum * value + (1 - momentum) * ((values[at] as number) + (bias?.[at] ?? 0));
  });
}
