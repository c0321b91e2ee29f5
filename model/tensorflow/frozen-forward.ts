import * as tf from '@tensorflow/tfjs-core';
import { sizeOf, type WeightValues } from '../architecture/network.ts';
import { type FrozenLayer, type FrozenNetwork, frozenWeights } from '../features/frozen-network.ts';
import { type FrozenKernels, type FrozenWeight, frozenKernels, type Shape4D } from './frozen-kernels.ts';
import type { Precision } from './precision.ts';
import { outsideTape } from './tape.ts';

/** A frozen network with its weights, ready to be run; held until it is disposed. */
export interface OpenNetwork {
  /**
   * The maps that are looked at, the largest first, of an input `[batch, size, size, 3]` as the network wants it. There is no tape:
   * nothing is kept that no gradient needs, and the maps in between are freed as soon as nobody reads them.
   */
  taps(input: tf.Tensor4D): tf.Tensor4D[];
  /** The same, keeping what the way back to the input needs. Everything is freed with the tidy around it. */
  pass(input: tf.Tensor4D): FrozenPass;
  dispose(): void;
}

export interface FrozenPass {
  readonly taps: tf.Tensor4D[];
  /** The gradient in the input, from the gradients in the taps; may be asked once. */
  back(gradients: readonly tf.Tensor4D[]): tf.Tensor4D;
}

/** @param precision What the maps are computed in; taps and gradients are float32 in any case. */
export function openNetwork(network: FrozenNetwork, values: WeightValues, precision: Precision): OpenNetwork {
  const kernels = frozenKernels(precision);
  const weights = new Map(
    frozenWeights(network).map(({ name, shape }) => {
      const data = values.get(name);
      if (data?.length !== sizeOf(shape)) throw new Error(`no values for the weight ${name}`);
      return [name, outsideTape(() => kernels.weight(tf.tensor(data, shape)))] as const;
    }),
  );
  const held = [...weights.values()].flatMap(({ wide, own }) => [wide, own]);
  for (const tensor of held) tf.keep(tensor);
  const open: Open = { network, kernels, weights };
  return {
    taps: (input) => outsideTape(() => tf.tidy(() => run(open, input, false).taps)),
    pass: (input) =>
      outsideTape(() => {
        const { taps, rectified } = run(open, input, true);
        return { taps, back: (gradients) => outsideTape(() => tf.tidy(() => goBack(open, rectified, gradients))) };
      }),
    dispose: () => tf.dispose(held),
  };
}

interface Open {
  readonly network: FrozenNetwork;
  readonly kernels: FrozenKernels;
  readonly weights: ReadonlyMap<string, FrozenWeight>;
}

/** What a gradient needs of one layer. */
interface Rectified {
  readonly inputShape: Shape4D;
  /** The layer's output, where it ends in a bounded ReLU. */
  readonly output?: tf.Tensor4D;
}

function run({ network, kernels, weights }: Open, input: tf.Tensor4D, keep: boolean) {
  const uses = countUses(network);
  const outputs = new Map<string, tf.Tensor4D>();
  const rectified: Rectified[] = [];
  const release = (name: string, relu6 = false) => {
    const left = (uses.get(name) ?? 0) - 1;
    uses.set(name, left);
    if (left === 0 && !(keep && relu6)) outputs.get(name)?.dispose();
  };
  const weight = (name: string) => weights.get(name) as FrozenWeight;
  let value = kernels.enter(input);
  let before: FrozenLayer | undefined;
  for (const layer of network.layers) {
    const { name, kind, stride, relu6, add } = layer;
    const inputShape = value.shape;
    const convolved = kernels.convolve(kind, value, weight(`${name}/kernel`), stride);
    if (before === undefined) value.dispose();
    else release(before.name, before.relu6);
    let output = replace(convolved, (x) => kernels.addBias(x, weight(`${name}/bias`)));
    if (relu6) output = replace(output, kernels.relu6);
    if (add !== undefined) {
      output = replace(output, (x) => kernels.add(x, outputs.get(add) as tf.Tensor4D));
      release(add);
    }
    outputs.set(name, output);
    rectified.push({ inputShape, ...(relu6 && keep && { output }) });
    [value, before] = [output, layer];
  }
  return { taps: network.taps.map((tap) => replace(outputs.get(tap) as tf.Tensor4D, kernels.leave)), rectified };
}

/** How many layers, and lookers on, read each layer's output. */
function countUses({ layers, taps }: FrozenNetwork): Map<string, number> {
  const uses = new Map(layers.map(({ name }, at) => [name, at + 1 < layers.length ? 1 : 0]));
  const more = [...taps, ...layers.flatMap(({ add }) => add ?? [])];
  for (const name of more) uses.set(name, (uses.get(name) ?? 0) + 1);
  return uses;
}

function goBack(
  { network, kernels, weights }: Open,
  rectified: readonly Rectified[],
  gradients: readonly tf.Tensor4D[],
) {
  /** The gradients in the outputs of layers that are still to come. */
  const pending = new Map(network.taps.map((tap, at) => [tap, kernels.enter(gradients[at] as tf.Tensor4D)]));
  const give = (name: string, gradient: tf.Tensor4D) => {
    const other = pending.get(name);
    pending.set(name, other === undefined ? gradient : kernels.add(other, gradient));
    if (other !== undefined) tf.dispose([other, gradient]);
  };
  let inInput: tf.Tensor4D | undefined;
  for (let at = network.layers.length - 1; at >= 0; at--) {
    const { name, kind, stride, add } = network.layers[at] as FrozenLayer;
    const { inputShape, output } = rectified[at] as Rectified;
    let gradient = pending.get(name) as tf.Tensor4D;
    // A copy of the handle, since either side frees its own.
    if (add !== undefined) give(add, tf.clone(gradient));
    if (output !== undefined) gradient = replace(gradient, (dy) => kernels.relu6Back(dy, output));
    const kernel = weights.get(`${name}/kernel`) as FrozenWeight;
    const below = replace(gradient, (dy) => kernels.convolveBack(kind, inputShape, dy, kernel, stride));
    output?.dispose();
    const before = network.layers[at - 1];
    if (before === undefined) inInput = kernels.leave(below);
    else give(before.name, below);
  }
  return inInput as tf.Tensor4D;
}

function replace<T extends tf.Tensor>(value: T, by: (value: T) => T): T {
  const next = by(value);
  value.dispose();
  return next;
}
