import type { Layer, WeightValues } from '../architecture/network.ts';
import type { OnnxTensor } from './onnx-messages.ts';

/** The weights of a generator in the order in which its ONNX graph reads them, channels first. */

type Of<Kind extends Layer['kind']> = Extract<Layer, { kind: Kind }>;

/** The four quarters of a doubled map: pixels of even (0) or odd (1) rows and columns, in ONNX's order of DepthToSpace. */
export const phases = [
  { row: 0, column: 0 },
  { row: 0, column: 1 },
  { row: 1, column: 0 },
  { row: 1, column: 1 },
] as const;

/** Kernel and bias, their columns in the order that a channels-first `map` (height, width, channels) is read in. */
export function denseTensors(layer: Of<'dense'>, map: readonly number[], weights: WeightValues): OnnxTensor[] {
  const [height = 1, width = 1, channels = layer.units] = map;
  const [inputs = 0] = layer.inputShape;
  const columns = (weight: string, count: number) => () => {
    const rows = valuesOf(weights, `${layer.name}/${weight}`);
    return fill([count, channels, height, width], (row, channel, y, x) =>
      at(rows, row * layer.units + (y * width + x) * channels + channel),
    );
  };
  return [
    { name: `${layer.name}/kernel`, shape: [inputs, layer.units], values: columns('kernel', inputs) },
    { name: `${layer.name}/bias`, shape: [layer.units], values: columns('bias', 1) },
  ];
}

/**
 * A transposed convolution with kernel 4 and stride 2 as one 2x2 convolution (`[filters, inputs, 2, 2]`) for each phase,
 * and the bias that they share.
 *
 * Keras pads such a layer by one pixel, so input pixel s reaches output pixels 2 s - 1 to 2 s + 2 by taps 0 to 3: an even
 * pixel gets tap 3 of the pixel before its own place and tap 1 of its own, an odd one tap 2 of its own and 0 of the next.
 */
export function doublingTensors(layer: Of<'convTranspose'>, weights: WeightValues) {
  const { name, filters } = layer;
  const inputs = layer.inputShape.at(-1) ?? 0;
  const kernels = phases.map(({ row, column }): OnnxTensor => {
    const tap = (phase: number, place: number) => 3 - phase - 2 * place;
    const values = () => {
      const kernel = valuesOf(weights, `${name}/kernel`);
      return fill([filters, inputs, 2, 2], (filter, input, y, x) => {
        const place = tap(row, y) * 4 + tap(column, x);
        return at(kernel, (place * filters + filter) * inputs + input);
      });
    };
    return { name: `${name}/kernel_${row}${column}`, shape: [filters, inputs, 2, 2], values };
  });
  const bias: OnnxTensor = { name: `${name}/bias`, shape: [filters], values: () => valuesOf(weights, `${name}/bias`) };
  return { kernels, bias };
}

/**
 * A convolution with an odd kernel and stride 1 as a transposed one with stride 2 that reads the four phases of its input,
 * one after the other in the channels: kernel `[4 inputs, filters, size + 1, size + 1]`, and bias.
 *
 * The pixel of phase p at place s lies at 2 s + p; by tap k it reaches the output at 2 s + p + reach - k, where reach is how
 * far the kernel sees. Transposed, with reach as its pad, that is tap p + 2 reach - k. Taps that no pixel uses are 0.
 */
export function pictureTensors(layer: Of<'conv'>, weights: WeightValues): OnnxTensor[] {
  const { name, filters, kernel: size } = layer;
  const inputs = layer.inputShape.at(-1) ?? 0;
  const shape = [phases.length * inputs, filters, size + 1, size + 1] as const;
  const values = () => {
    const kernel = valuesOf(weights, `${name}/kernel`);
    return fill(shape, (channel, filter, y, x) => {
      const phase = phases[Math.floor(channel / inputs)];
      const [row, column] = [(phase?.row ?? 0) + size - 1 - y, (phase?.column ?? 0) + size - 1 - x];
      if (row < 0 || row >= size || column < 0 || column >= size) return 0;
      return at(kernel, ((row * size + column) * inputs + (channel % inputs)) * filters + filter);
    });
  };
  return [
    { name: `${name}/kernel`, shape, values },
    { name: `${name}/bias`, shape: [filters], values: () => valuesOf(weights, `${name}/bias`) },
  ];
}

/** A plain convolution, kernel (`[filters, inputs, size, size]`) and bias. */
export function convolutionTensors(layer: Of<'conv'>, weights: WeightValues): OnnxTensor[] {
  const { name, filters, kernel: size } = layer;
  const inputs = layer.inputShape.at(-1) ?? 0;
  const shape = [filters, inputs, size, size] as const;
  const values = () => {
    const kernel = valuesOf(weights, `${name}/kernel`);
    return fill(shape, (filter, input, y, x) => at(kernel, ((y * size + x) * inputs + input) * filters + filter));
  };
  return [
    { name: `${name}/kernel`, shape, values },
    { name: `${name}/bias`, shape: [filters], values: () => valuesOf(weights, `${name}/bias`) },
  ];
}

type Indices = readonly [number, number, number, number];

/** A tensor of four dimensions, the last one fastest. */
function fill([a, b, c, d]: Indices, valueAt: (...indices: Indices) => number): Float32Array {
  const values = new Float32Array(a * b * c * d);
  let next = 0;
  for (let i = 0; i < a; i++)
    for (let j = 0; j < b; j++)
      for (let k = 0; k < c; k++) for (let l = 0; l < d; l++) values[next++] = valueAt(i, j, k, l);
  return values;
}

function at(values: Float32Array, index: number): number {
  return values[index] ?? Number.NaN;
}

function valuesOf(weights: WeightValues, name: string): Float32Array {
  const values = weights.get(name);
  if (values === undefined) throw new Error(`no values for the weight ${name}`);
  return values;
}
