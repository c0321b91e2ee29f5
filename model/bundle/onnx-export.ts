import type { Layer, Network, WeightValues } from '../architecture/network.ts';
import { elementTypes, encodeOnnx, type OnnxNode, type OnnxTensor } from './onnx-format.ts';
import { onnxInput, onnxOutput } from './onnx-names.ts';

/** Operator set 17, which ONNX Runtime knows since 1.12. */
const opset = 17;

/**
 * A generator as an ONNX graph: `latents` (float32, `[count, latentSize]`) to `cars` (uint8, `[count, size, size, 3]`).
 *
 * Batch normalisation is folded into the convolution before it, by its moving statistics. Inside, the graph is
 * channels-first as ONNX is; the dense layer's columns are put in that order once, here.
 */
export function exportOnnx(network: Network, weights: WeightValues): Uint8Array {
  const map = network.layers.find(({ kind }) => kind === 'reshape');
  const steps = network.layers
    .map((layer, at) => translate(layer, layer.kind === 'dense' ? map : network.layers[at + 1], weights))
    .filter((step) => step !== undefined);
  const nodes: OnnxNode[] = [];
  const tensors: OnnxTensor[] = [];
  let current = onnxInput;
  for (const { node, constants = [] } of [...steps, ...toPixels()]) {
    nodes.push({ ...node, inputs: [current, ...constants.map(({ name }) => name)] });
    tensors.push(...constants);
    current = node.output;
  }
  return encodeOnnx({
    name: network.name,
    opset,
    nodes,
    tensors,
    input: { name: onnxInput, type: 'float', shape: ['count', ...network.inputShape] },
    output: { name: onnxOutput, type: 'uint8', shape: ['count', ...network.outputShape] },
  });
}

/** One operator, fed by the one before it and by constants of its own. */
interface Step {
  readonly node: Omit<OnnxNode, 'inputs'>;
  readonly constants?: readonly OnnxTensor[];
}

/** @param next The layer that decides how this one is written: what normalises it, or the map that it is reshaped to. */
function translate(layer: Layer, next: Layer | undefined, weights: WeightValues): Step | undefined {
  const { name: output } = layer;
  switch (layer.kind) {
    case 'dense':
      return { node: { operator: 'Gemm', output }, constants: denseConstants(layer, next, weights) };
    case 'conv':
    case 'convTranspose':
      return { node: convolution(layer), constants: convolutionConstants(layer, next, weights) };
    case 'leakyRelu':
      return { node: { operator: 'LeakyRelu', output, attributes: { alpha: { float: layer.slope } } } };
    case 'reshape': {
      const [height = 1, width = 1, channels = 1] = layer.outputShape;
      // 0 keeps the length that is there: the batch.
      const values = BigInt64Array.from([0, channels, height, width].map(BigInt));
      return { node: { operator: 'Reshape', output }, constants: [{ name: `${output}/shape`, shape: [4], values }] };
    }
    case 'tanh':
      return { node: { operator: 'Tanh', output } };
    case 'batchNorm':
      return undefined;
    default:
      throw new Error(`a generator has no layer of kind ${layer.kind}`);
  }
}

/** From [-1, 1] to the nearest of 0 to 255, channels last: casting cuts off what is behind the point. */
function toPixels(): Step[] {
  const scalar = (name: string, value: number): OnnxTensor => ({ name, shape: [], values: Float32Array.of(value) });
  return [
    { node: { operator: 'Transpose', output: 'channels_last', attributes: { perm: [0, 2, 3, 1] } } },
    { node: { operator: 'Mul', output: 'scaled' }, constants: [scalar('scale', 127.5)] },
    { node: { operator: 'Add', output: 'shifted' }, constants: [scalar('offset', 128)] },
    { node: { operator: 'Cast', output: onnxOutput, attributes: { to: elementTypes.uint8 } } },
  ];
}

type Convolution = Extract<Layer, { kind: 'conv' | 'convTranspose' }>;

/** Pads are explicit: `auto_pad` was read differently by different runtimes for transposed convolutions. */
function convolution({ kind, name, kernel, stride }: Convolution): Omit<OnnxNode, 'inputs'> {
  // Keras's "same": at stride 1 the kernel's reach is split evenly; a transposed one gives up what overlaps beyond the edge.
  const pad = kind === 'conv' ? (kernel - 1) / 2 : (kernel - stride) / 2;
  if (!Number.isInteger(pad) || (kind === 'conv' && stride !== 1))
    throw new Error(`${name}: only what pads evenly can be exported`);
  return {
    operator: kind === 'conv' ? 'Conv' : 'ConvTranspose',
    output: name,
    attributes: { kernel_shape: [kernel, kernel], strides: [stride, stride], pads: [pad, pad, pad, pad] },
  };
}

/** Kernel and bias, channels-first: `[filters, inputs, y, x]`, transposed `[inputs, filters, y, x]`. */
function convolutionConstants(layer: Convolution, next: Layer | undefined, weights: WeightValues): OnnxTensor[] {
  const { name, kind, kernel: size, filters } = layer;
  const inputs = layer.inputShape.at(-1) ?? 0;
  const kernel = valuesOf(weights, `${name}/kernel`);
  const { scale, bias } = foldedNormalisation(layer, next, weights);
  const transposed = kind === 'convTranspose';
  const values = new Float32Array(kernel.length);
  for (let y = 0, from = 0; y < size; y++)
    for (let x = 0; x < size; x++)
      for (let outer = 0; outer < (transposed ? filters : inputs); outer++)
        for (let inner = 0; inner < (transposed ? inputs : filters); inner++, from++) {
          const [filter, input] = transposed ? [outer, inner] : [inner, outer];
          const row = transposed ? input * filters + filter : filter * inputs + input;
          values[(row * size + y) * size + x] = (kernel[from] as number) * (scale[filter] as number);
        }
  const shape = transposed ? [inputs, filters, size, size] : [filters, inputs, size, size];
  return [
    { name: `${name}/kernel`, shape, values },
    { name: `${name}/bias`, shape: [filters], values: bias },
  ];
}

/** What a batch normalisation after the layer does, as a factor for each filter and a bias; without one, 1 and its own. */
function foldedNormalisation(layer: Convolution, next: Layer | undefined, weights: WeightValues) {
  const bias = valuesOf(weights, `${layer.name}/bias`);
  if (next?.kind !== 'batchNorm') return { scale: new Float32Array(layer.filters).fill(1), bias };
  const [gamma, beta, mean, variance] = ['gamma', 'beta', 'moving_mean', 'moving_variance'].map((weight) =>
    valuesOf(weights, `${next.name}/${weight}`),
  ) as [Float32Array, Float32Array, Float32Array, Float32Array];
  const factor = (filter: number) => (gamma[filter] as number) / Math.sqrt((variance[filter] as number) + next.epsilon);
  return {
    scale: bias.map((_, filter) => factor(filter)),
    bias: bias.map((value, filter) => (value - (mean[filter] as number)) * factor(filter) + (beta[filter] as number)),
  };
}

/** Kernel and bias, their columns in the order that a channels-first map is read in. */
function denseConstants(
  layer: Extract<Layer, { kind: 'dense' }>,
  map: Layer | undefined,
  weights: WeightValues,
): OnnxTensor[] {
  const [height = 1, width = 1, channels = layer.units] = map?.outputShape ?? [];
  const place = (unit: number) => {
    const channel = unit % channels;
    return channel * height * width + (unit - channel) / channels;
  };
  const inputs = layer.inputShape[0] ?? 0;
  const [kernel, bias] = [valuesOf(weights, `${layer.name}/kernel`), valuesOf(weights, `${layer.name}/bias`)];
  const columns = (rows: Float32Array) => {
    const ordered = new Float32Array(rows.length);
    rows.forEach((value, at) => {
      const unit = at % layer.units;
      ordered[at - unit + place(unit)] = value;
    });
    return ordered;
  };
  return [
    { name: `${layer.name}/kernel`, shape: [inputs, layer.units], values: columns(kernel) },
    { name: `${layer.name}/bias`, shape: [layer.units], values: columns(bias) },
  ];
}

function valuesOf(weights: WeightValues, name: string): Float32Array {
  const values = weights.get(name);
  if (values === undefined) throw new Error(`no values for the weight ${name}`);
  return values;
}
