/**
 * Networks as plain data. A network is a list of layers with resolved shapes; TensorFlow.js training, the ONNX export
 * and the parameter counts are all read from the same list, so a network is said once.
 *
 * Shapes leave out the batch and put channels last: `[height, width, channels]` or `[features]`.
 * Weight names and shapes are Keras's: a dense kernel is `[inputs, units]`, a convolution's `[kernel, kernel, inputs,
 * filters]`, a transposed convolution's `[kernel, kernel, filters, inputs]`.
 */

/** One layer as it is asked for, before shapes are known. Convolutions pad "same" as Keras does. */
export type LayerSpec =
  | { readonly kind: 'dense'; readonly name: string; readonly units: number }
  | {
      readonly kind: 'conv';
      readonly name: string;
      readonly filters: number;
      readonly kernel: number;
      readonly stride: number;
    }
  | {
      readonly kind: 'convTranspose';
      readonly name: string;
      readonly filters: number;
      readonly kernel: number;
      readonly stride: number;
    }
  | { readonly kind: 'batchNorm'; readonly name: string; readonly momentum: number; readonly epsilon: number }
  | { readonly kind: 'leakyRelu'; readonly name: string; readonly slope: number }
  | { readonly kind: 'reshape'; readonly name: string; readonly shape: readonly number[] }
  | { readonly kind: 'flatten'; readonly name: string }
  /** The mean of each channel over the whole map. */
  | { readonly kind: 'globalAveragePool'; readonly name: string }
  | { readonly kind: 'dropout'; readonly name: string; readonly rate: number }
  | { readonly kind: 'tanh'; readonly name: string }
  | { readonly kind: 'sigmoid'; readonly name: string };

export type Layer = LayerSpec & { readonly inputShape: readonly number[]; readonly outputShape: readonly number[] };

/** How a weight starts: Glorot and Bengio's uniform (2010), standard normal, or a constant. */
export type Initializer = 'glorotUniform' | 'normal' | 'zeros' | 'ones';

export interface WeightSpec {
  /** `<layer>/<weight>`, for example `conv_1/kernel` or `norm_1/moving_mean`. */
  readonly name: string;
  readonly shape: readonly number[];
  readonly initializer: Initializer;
  /** False for the moving statistics of batch normalisation, which training updates without a gradient. */
  readonly trainable: boolean;
}

export interface Network {
  readonly name: string;
  readonly inputShape: readonly number[];
  readonly outputShape: readonly number[];
  readonly layers: readonly Layer[];
  readonly weights: readonly WeightSpec[];
}

/** The values of a network's weights by name, each row-major in its `WeightSpec`'s shape. */
export type WeightValues = ReadonlyMap<string, Float32Array>;

/** Resolves the shapes of `specs` one after the other, from `inputShape` on, and lists the weights they need. */
export function buildNetwork(name: string, inputShape: readonly number[], specs: readonly LayerSpec[]): Network {
  const layers: Layer[] = [];
  let shape = inputShape;
  for (const spec of specs) {
    const outputShape = outputShapeOf(spec, shape);
    layers.push({ ...spec, inputShape: shape, outputShape });
    shape = outputShape;
  }
  return { name, inputShape, outputShape: shape, layers, weights: layers.flatMap(weightsOf) };
}

export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}

export function countParameters(network: Network): { readonly total: number; readonly trainable: number } {
  const count = (weights: readonly WeightSpec[]) => weights.reduce((sum, weight) => sum + sizeOf(weight.shape), 0);
  return { total: count(network.weights), trainable: count(network.weights.filter((weight) => weight.trainable)) };
}

function outputShapeOf(spec: LayerSpec, input: readonly number[]): readonly number[] {
  const [height = 0, width = 0] = input;
  switch (spec.kind) {
    case 'dense':
      return [spec.units];
    case 'conv':
      return [Math.ceil(height / spec.stride), Math.ceil(width / spec.stride), spec.filters];
    case 'convTranspose':
      return [height * spec.stride, width * spec.stride, spec.filters];
    case 'reshape':
      return spec.shape;
    case 'flatten':
      return [sizeOf(input)];
    case 'globalAveragePool':
      return input.slice(-1);
    default:
      return input;
  }
}

/** The weights of one layer. */
export function weightsOf(layer: Layer): WeightSpec[] {
  const weight = (name: string, shape: readonly number[], initializer: Initializer, trainable = true): WeightSpec => ({
    name: `${layer.name}/${name}`,
    shape,
    initializer,
    trainable,
  });
  const channels = layer.inputShape.at(-1) ?? 0;
  switch (layer.kind) {
    case 'dense':
      return [weight('kernel', [channels, layer.units], 'glorotUniform'), weight('bias', [layer.units], 'zeros')];
    case 'conv':
      return [
        weight('kernel', [layer.kernel, layer.kernel, channels, layer.filters], 'glorotUniform'),
        weight('bias', [layer.filters], 'zeros'),
      ];
    case 'convTranspose':
      return [
        weight('kernel', [layer.kernel, layer.kernel, layer.filters, channels], 'glorotUniform'),
        weight('bias', [layer.filters], 'zeros'),
      ];
    case 'batchNorm':
      return [
        weight('gamma', [channels], 'ones'),
        weight('beta', [channels], 'zeros'),
        weight('moving_mean', [channels], 'zeros', false),
        weight('moving_variance', [channels], 'ones', false),
      ];
    default:
      return [];
  }
}
