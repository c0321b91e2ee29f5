import * as tf from '@tensorflow/tfjs-core';
import type { FrozenLayer, FrozenNetwork } from '../features/frozen-network.ts';
import type { WeightTensors } from './forward.ts';
import { frozenKernels, type Shape4D } from './frozen-kernels.ts';
import { outsideTape } from './tape.ts';

/** The maps of a frozen network that are looked at, and how to go back from them to its input. */
export interface FrozenPass {
  /** One for each of the network's taps, the largest first. */
  readonly taps: tf.Tensor4D[];
  /** The gradient in the input, from the gradients in the taps; may be asked once. */
  back(gradients: readonly tf.Tensor4D[]): tf.Tensor4D;
}

/**
 * Runs `input`, `[batch, size, size, 3]` as the network wants it, up to the last tap, without a tape: nothing is kept that no
 * gradient needs, and the maps in between are freed as soon as nobody reads them.
 */
export function frozenTaps(network: FrozenNetwork, weights: WeightTensors, input: tf.Tensor4D): tf.Tensor4D[] {
  return outsideTape(() => tf.tidy(() => run(network, weights, input).taps));
}

/** The same, keeping what the way back to the input needs. Everything is freed with the tidy around it. */
export function frozenPass(network: FrozenNetwork, weights: WeightTensors, input: tf.Tensor4D): FrozenPass {
  return outsideTape(() => {
    const { taps, rectified } = run(network, weights, input, true);
    return {
      taps,
      back: (gradients) => outsideTape(() => goBack(network, weights, input.shape, rectified, gradients)),
    };
  });
}

/** What a gradient needs of one layer. */
interface Rectified {
  readonly inputShape: Shape4D;
  /** The layer's output, where it ends in a bounded ReLU. */
  readonly output?: tf.Tensor4D;
}

function run(network: FrozenNetwork, weights: WeightTensors, input: tf.Tensor4D, keep = false) {
  const kernels = frozenKernels();
  const uses = countUses(network);
  const outputs = new Map<string, tf.Tensor4D>();
  const rectified: Rectified[] = [];
  const release = (name: string | undefined, relu6 = false) => {
    if (name === undefined) return;
    const left = (uses.get(name) ?? 0) - 1;
    uses.set(name, left);
    if (left === 0 && !(keep && relu6)) outputs.get(name)?.dispose();
  };
  let value = input;
  let before: FrozenLayer | undefined;
  for (const layer of network.layers) {
    const { name, kind, stride, relu6, add } = layer;
    const inputShape = value.shape;
    const convolved = kernels.convolve(kind, value, weights.get(`${name}/kernel`) as tf.Tensor4D, stride);
    release(before?.name, before?.relu6);
    let output = replace(convolved, (x) => kernels.addBias(x, weights.get(`${name}/bias`) as tf.Tensor1D));
    if (relu6) output = replace(output, kernels.relu6);
    if (add !== undefined) output = replace(output, (x) => tf.add(x, outputs.get(add) as tf.Tensor4D));
    release(add);
    outputs.set(name, output);
    rectified.push({ inputShape, ...(relu6 && keep && { output }) });
    [value, before] = [output, layer];
  }
  return { taps: network.taps.map((tap) => outputs.get(tap) as tf.Tensor4D), rectified };
}

/** How many layers, and lookers on, read each layer's output. */
function countUses({ layers, taps }: FrozenNetwork): Map<string, number> {
  const uses = new Map(layers.map(({ name }, at) => [name, at + 1 < layers.length ? 1 : 0]));
  const more = [...taps, ...layers.flatMap(({ add }) => add ?? [])];
  for (const name of more) uses.set(name, (uses.get(name) ?? 0) + 1);
  return uses;
}

function goBack(
  network: FrozenNetwork,
  weights: WeightTensors,
  inputShape: Shape4D,
  rectified: readonly Rectified[],
  gradients: readonly tf.Tensor4D[],
): tf.Tensor4D {
  const kernels = frozenKernels();
  const pending = new Map<string, tf.Tensor4D>();
  const give = (name: string, gradient: tf.Tensor4D) => {
    const other = pending.get(name);
    pending.set(name, other === undefined ? gradient : tf.add(other, gradient));
  };
  network.taps.forEach((tap, at) => {
    give(tap, gradients[at] as tf.Tensor4D);
  });
  return tf.tidy(() => {
    let result: tf.Tensor4D | undefined;
    for (let at = network.layers.length - 1; at >= 0; at--) {
      const { name, kind, stride, add } = network.layers[at] as FrozenLayer;
      const { inputShape: shape, output } = rectified[at] as Rectified;
      let gradient = pending.get(name) as tf.Tensor4D;
      if (add !== undefined) give(add, gradient);
      if (output !== undefined) gradient = kernels.relu6Back(gradient, output);
      result = kernels.convolveBack(kind, shape, gradient, weights.get(`${name}/kernel`) as tf.Tensor4D, stride);
      const before = network.layers[at - 1];
      if (before !== undefined) give(before.name, result);
    }
    return result ?? tf.zeros(inputShape);
  });
}

function replace<T extends tf.Tensor>(value: T, by: (value: T) => T): T {
  const next = by(value);
  value.dispose();
  return next;
}
