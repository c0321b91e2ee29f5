import * as tf from '@tensorflow/tfjs-core';
import { type Architecture, doublingChannels, generator, slopeOf } from '../architecture/dcgan.ts';
import type { WeightValues } from '../architecture/network.ts';
import { randomFromSeed } from '../random.ts';
import { forward, inference } from '../tensorflow/forward.ts';
import { scoped } from '../tensorflow/tape.ts';
import { weightTensors } from '../tensorflow/weights.ts';

/**
 * One more doubling that changes no pixel. The smaller generator's last layer, a 3x3 convolution to three colours, moves into
 * the new transposed convolution; the new last layer only gathers.
 *
 * Along one axis, let y = w0 x[i-1] + w1 x[i] + w2 x[i+1] be what the smaller generator draws at i. A transposed convolution
 * of size 4 that doubles sees x[i-1] and x[i] at the even place 2i, x[i] and x[i+1] at the odd one. So one channel holds
 * w0 x[i-1] + w1/2 x[i] at even places and nothing at odd ones, another w1/2 x[i] + w2 x[i+1] at odd places alone. At both
 * places the two, gathered from the place itself and its neighbour in the same pair, add up to y. In two dimensions that takes
 * four channels a colour; and since a leaky ReLU follows, each comes with its negative: relu(v) - relu(-v) = (1 + slope) v.
 */

/** For even and odd places: the tap of the old kernel that a tap of the new one takes, and what part of it. */
const taps = [
  { 1: [1, 0.5], 3: [0, 1] },
  { 0: [2, 1], 2: [1, 0.5] },
] as const satisfies readonly Readonly<Record<number, readonly [old: number, part: number]>>[];
/** Where the new last layer, of three taps, gathers them. */
const gathered = [
  [0, 1],
  [1, 2],
] as const;

const [size, last, colours] = [4, 3, 3];
/** Even or odd down, even or odd across, three colours, two signs. */
export const fewestGrownChannels = 2 * 2 * colours * 2;
/**
 * The taps that carry the image are so many times larger than those that they were taken from, and the normalisation behind them takes
 * that back. No pixel changes, but Adam, which moves every weight as far whatever its size, moves the image as many times less. 11
 * steps from a bundle with a fresh discriminator shifted a sixth of the image's variance into wrong colours and a mesh without it;
 * with 4, or with 16, a sixtieth.
 */
const damping = 4;
/** Cars of which the new normalisation's statistics are taken. */
const measured = 64;

/** The weights of the generator of `large`, one doubling deeper than `small`'s. */
export function growGenerator(small: Architecture, large: Architecture, weights: WeightValues): WeightValues {
  const inputs = doublingChannels(small).at(-1) ?? 0;
  const width = doublingChannels(large).at(-1) ?? 0;
  const old = weights.get('rgb/kernel') ?? new Float32Array(last * last * inputs * colours);
  const [up, norm] = [`up_${large.depth}`, `norm_${large.depth}`];
  const grown = new Map([
    ...weights,
    [`${up}/kernel`, doublingKernel(old, inputs, width)],
    [`${up}/bias`, new Float32Array(width)],
    ['rgb/kernel', gatheringKernel(width, slopeOf(large))],
  ]);
  // Normalised by its mean and deviation and given both back, a map stays as it is, while it is trained too.
  const { mean, variance } = momentsOf(large, grown);
  const { epsilon } = normalisationOf(large);
  return grown
    .set(
      `${norm}/gamma`,
      variance.map((value, channel) => Math.sqrt(value + epsilon) / dampingOf(channel)),
    )
    .set(
      `${norm}/beta`,
      mean.map((value, channel) => value / dampingOf(channel)),
    )
    .set(`${norm}/moving_mean`, mean.slice())
    .set(`${norm}/moving_variance`, variance);
}

/** The channel of a colour at a place of a pair, and of its negative. */
function channelOf(row: number, column: number, colour: number, negative: number): number {
  return ((row * 2 + column) * colours + colour) * 2 + negative;
}

function dampingOf(channel: number): number {
  return channel < fewestGrownChannels ? damping : 1;
}

function eachChannel(visit: (row: number, column: number, colour: number) => void): void {
  for (const row of [0, 1])
    for (const column of [0, 1]) for (let colour = 0; colour < colours; colour++) visit(row, column, colour);
}

/** `[4, 4, width, inputs]`. Channels beyond those that are needed repeat each place of the map below, for later use. */
function doublingKernel(old: Float32Array, inputs: number, width: number): Float32Array {
  const kernel = new Float32Array(size * size * width * inputs);
  const at = (row: number, column: number, channel: number) => ((row * size + column) * width + channel) * inputs;
  eachChannel((row, column, colour) => {
    for (const [y, [oldY, partY]] of entriesOf(row))
      for (const [x, [oldX, partX]] of entriesOf(column))
        for (let input = 0; input < inputs; input++) {
          const value =
            damping * partY * partX * (old[((oldY * last + oldX) * inputs + input) * colours + colour] ?? 0);
          kernel[at(y, x, channelOf(row, column, colour, 0)) + input] = value;
          kernel[at(y, x, channelOf(row, column, colour, 1)) + input] = -value;
        }
  });
  for (let channel = fewestGrownChannels; channel < width; channel++)
    for (const y of [1, 2])
      for (const x of [1, 2]) kernel[at(y, x, channel) + ((channel - fewestGrownChannels) % inputs)] = 1;
  return kernel;
}

function entriesOf(place: number): [number, readonly [number, number]][] {
  return Object.entries(taps[place] ?? {}).map(([tap, part]) => [Number(tap), part]);
}

/** `[3, 3, width, 3]`; channels beyond those that are needed have no part in the image yet. */
function gatheringKernel(width: number, slope: number): Float32Array {
  const kernel = new Float32Array(last * last * width * colours);
  eachChannel((row, column, colour) => {
    for (const y of gathered[row] ?? [])
      for (const x of gathered[column] ?? [])
        for (const negative of [0, 1])
          kernel[((y * last + x) * width + channelOf(row, column, colour, negative)) * colours + colour] =
            (negative ? -1 : 1) / (1 + slope);
  });
  return kernel;
}

/** Of the new doubling's output, channel by channel. */
function momentsOf(large: Architecture, weights: WeightValues): { mean: Float32Array; variance: Float32Array } {
  const network = generator(large);
  const end = network.layers.findIndex(({ name }) => name === `up_${large.depth}`) + 1;
  const layers = network.layers.slice(0, end);
  const names = new Set(layers.map(({ name }) => name));
  const part = {
    ...network,
    layers,
    weights: network.weights.filter(({ name }) => names.has(name.split('/')[0] ?? '')),
  };
  const { latentSize } = large;
  const latents = Float32Array.from({ length: measured * latentSize }, randomFromSeed(1).normal);
  return scoped(() => {
    const map = forward(part, weightTensors(part, weights), tf.tensor2d(latents, [measured, latentSize]), inference);
    const { mean, variance } = tf.moments(map, [0, 1, 2]);
    return { mean: Float32Array.from(mean.dataSync()), variance: Float32Array.from(variance.dataSync()) };
  });
}

function normalisationOf(large: Architecture): { readonly epsilon: number } {
  const layer = generator(large).layers.find(({ name }) => name === `norm_${large.depth}`);
  return { epsilon: layer?.kind === 'batchNorm' ? layer.epsilon : 0 };
}
