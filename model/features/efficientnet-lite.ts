import { FreshcarError } from '../errors.ts';
import type { Features } from './features-file.ts';
import { type FrozenLayer, type FrozenNetwork, lastOfEachSize } from './frozen-network.ts';
import type { PytorchTensor } from './pytorch-file.ts';

/**
 * EfficientNet-Lite0 (Tan and Le 2019; without squeeze and excitation, and with ReLU6, as its Lite form) as a frozen network up to its last
 * bottleneck, each batch normalisation folded into the convolution before it.
 */

/** Blocks alike in a row: how many, side of the depthwise kernel, stride of the first, widening, channels. */
const stages = [
  { blocks: 1, side: 3, stride: 1, widening: 1, channels: 16 },
  { blocks: 2, side: 3, stride: 2, widening: 6, channels: 24 },
  { blocks: 2, side: 5, stride: 2, widening: 6, channels: 40 },
  { blocks: 3, side: 3, stride: 2, widening: 6, channels: 80 },
  { blocks: 3, side: 5, stride: 1, widening: 6, channels: 112 },
  { blocks: 4, side: 5, stride: 2, widening: 6, channels: 192 },
  { blocks: 1, side: 3, stride: 1, widening: 6, channels: 320 },
] as const;
const stemChannels = 32;
/** TensorFlow's, in which these networks were first trained. */
const epsilon = 1e-3;
/** Mean and spread of ImageNet's colours, red, green and blue, of values from 0 to 1: what such networks of PyTorch are trained by. */
const colours = { mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225] } as const;

/**
 * @param tensors the weights by the names of the Python package efficientnet_lite_pytorch.
 * @throws FreshcarError `invalid-input` when a weight is missing or has another shape.
 */
export function efficientnetLite0(tensors: ReadonlyMap<string, PytorchTensor>): Pick<Features, 'network' | 'weights'> {
  const layers: FrozenLayer[] = [];
  const weights = new Map<string, Float32Array>();
  const add = (layer: FrozenLayer, convolution: string, normalisation: string) => {
    const inputs = layer.kind === 'depthwise' ? 1 : (layers.at(-1)?.filters ?? 3);
    const { kernel, bias } = foldPytorch(tensors, convolution, normalisation, [
      layer.filters,
      inputs,
      layer.side,
      layer.side,
    ]);
    weights.set(`${layer.name}/kernel`, layer.kind === 'depthwise' ? depthwiseKernel(kernel) : kernelOf(kernel));
    weights.set(`${layer.name}/bias`, bias);
    layers.push(layer);
  };
  add({ name: 'stem', kind: 'conv', side: 3, stride: 2, filters: stemChannels, relu6: true }, '_conv_stem', '_bn0');
  let block = 0;
  for (const stage of stages)
    for (let at = 0; at < stage.blocks; at++, block++) addBlock(add, layers, stage, at === 0 ? stage.stride : 1, block);
  return { network: { normalisation: normalisation(), layers, taps: lastOfEachSize(layers) }, weights };
}

function addBlock(
  add: (layer: FrozenLayer, convolution: string, normalisation: string) => void,
  layers: readonly FrozenLayer[],
  { side, widening, channels }: (typeof stages)[number],
  stride: 1 | 2,
  block: number,
): void {
  const before = layers.at(-1) as FrozenLayer;
  const [name, theirs] = [`block_${block}`, `_blocks.${block}.`];
  const filters = before.filters * widening;
  if (widening !== 1)
    add(
      { name: `${name}_expand`, kind: 'conv', side: 1, stride: 1, filters, relu6: true },
      `${theirs}_expand_conv`,
      `${theirs}_bn0`,
    );
  add(
    { name: `${name}_depthwise`, kind: 'depthwise', side, stride, filters, relu6: true },
    `${theirs}_depthwise_conv`,
    `${theirs}_bn1`,
  );
  const same = stride === 1 && before.filters === channels;
  const project = { name, kind: 'conv', side: 1, stride: 1, filters: channels, relu6: false } as const;
  add(same ? { ...project, add: before.name } : project, `${theirs}_project_conv`, `${theirs}_bn2`);
}

interface Folded {
  /** `[filters, inputs, side, side]`. */
  readonly kernel: PytorchTensor;
  readonly bias: Float32Array;
}

/** `gamma (x - mean) / sqrt(variance + epsilon) + beta` is a factor of each filter and a bias. */
function foldPytorch(
  tensors: ReadonlyMap<string, PytorchTensor>,
  convolution: string,
  normalisation: string,
  shape: readonly number[],
): Folded {
  const of = (name: string, wanted: readonly number[]) => {
    const tensor = tensors.get(name);
    if (tensor === undefined || `${tensor.shape}` !== `${wanted}`)
      throw new FreshcarError(
        'invalid-input',
        `These are no weights of EfficientNet-Lite0: ${name} ${tensor === undefined ? 'is missing' : `has the shape [${tensor.shape}], not [${wanted}]`}.`,
      );
    return tensor.values;
  };
  const [filters = 0] = shape;
  const kernel = of(`${convolution}.weight`, shape);
  const [gamma, beta, mean, variance] = ['weight', 'bias', 'running_mean', 'running_var'].map((part) =>
    of(`${normalisation}.${part}`, [filters]),
  ) as [Float32Array, Float32Array, Float32Array, Float32Array];
  const factors = Float64Array.from(gamma, (value, at) => value / Math.sqrt((variance[at] as number) + epsilon));
  const each = kernel.length / filters;
  return {
    kernel: { shape, values: kernel.map((value, at) => value * (factors[Math.floor(at / each)] as number)) },
    bias: beta.map((value, at) => value - (mean[at] as number) * (factors[at] as number)),
  };
}

/** From `[filters, inputs, side, side]` to `[side, side, inputs, filters]`. */
function kernelOf({ shape, values }: PytorchTensor): Float32Array {
  const [filters = 0, inputs = 0, side = 0] = shape;
  const area = side * side;
  return Float32Array.from(values, (_, at) => {
    const [filter, rest] = [at % filters, Math.floor(at / filters)];
    const [input, place] = [rest % inputs, Math.floor(rest / inputs)];
    return values[(filter * inputs + input) * area + place] as number;
  });
}

/** From `[channels, 1, side, side]` to `[side, side, channels, 1]`. */
function depthwiseKernel({ shape, values }: PytorchTensor): Float32Array {
  const [channels = 0, , side = 0] = shape;
  return Float32Array.from(
    values,
    (_, at) => values[(at % channels) * side * side + Math.floor(at / channels)] as number,
  );
}

function normalisation(): FrozenNetwork['normalisation'] {
  const scale = colours.deviation.map((deviation) => 0.5 / deviation);
  const shift = colours.mean.map((mean, at) => (0.5 - mean) / (colours.deviation[at] as number));
  return { scale, shift } as FrozenNetwork['normalisation'];
}
