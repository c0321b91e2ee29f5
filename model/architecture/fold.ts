import { buildNetwork, type Layer, type Network, type WeightValues } from './network.ts';

/** A network without batch normalisation, and weights that make it compute what the one with it does by its moving statistics. */
export interface Folded {
  readonly network: Network;
  readonly weights: WeightValues;
}

/**
 * Folds every batch normalisation into the layer before it: by its moving statistics it is a factor and an offset for each
 * channel, which that layer's kernel and bias can take on (Jacob et al. 2018, 3.2). What is left of it is nothing to compute.
 */
export function foldNormalisation(network: Network, weights: WeightValues): Folded {
  const folded = new Map<string, Float32Array>();
  network.layers.forEach((layer, at) => {
    const next = network.layers[at + 1];
    if (next?.kind === 'batchNorm') foldLayer(layer, next, weights, folded);
  });
  const plain = withoutNormalisation(network);
  const values = plain.weights.map(({ name }) => [name, folded.get(name) ?? valuesOf(weights, name)] as const);
  return { network: plain, weights: new Map(values) };
}

/** What is left of a network whose normalisation is folded. */
export function withoutNormalisation(network: Network): Network {
  const layers = network.layers.filter(({ kind }) => kind !== 'batchNorm');
  return buildNetwork(network.name, network.inputShape, layers);
}

function foldLayer(
  layer: Layer,
  norm: Extract<Layer, { kind: 'batchNorm' }>,
  weights: WeightValues,
  into: Map<string, Float32Array>,
): void {
  const of = (weight: string) => valuesOf(weights, `${norm.name}/${weight}`);
  const [gamma, beta, mean, variance] = [of('gamma'), of('beta'), of('moving_mean'), of('moving_variance')];
  const factors = Float64Array.from(gamma, (value, at) => value / Math.sqrt(number(variance, at) + norm.epsilon));
  const bias = valuesOf(weights, `${layer.name}/bias`);
  into.set(
    `${layer.name}/bias`,
    bias.map((value, at) => (value - number(mean, at)) * number(factors, at) + number(beta, at)),
  );
  into.set(`${layer.name}/kernel`, scaleChannels(layer, valuesOf(weights, `${layer.name}/kernel`), factors));
}

/** Channels are a kernel's last axis, but a transposed convolution's last but one, before its inputs. */
function scaleChannels(layer: Layer, kernel: Float32Array, factors: Float64Array): Float32Array {
  const run = layer.kind === 'convTranspose' ? (layer.inputShape.at(-1) ?? 1) : 1;
  const scaled = new Float32Array(kernel.length);
  for (let at = 0; at < kernel.length; )
    for (let channel = 0; channel < factors.length; channel++) {
      const factor = factors[channel] as number;
      for (const end = at + run; at < end; at++) scaled[at] = (kernel[at] as number) * factor;
    }
  return scaled;
}

function valuesOf(weights: WeightValues, name: string): Float32Array {
  const values = weights.get(name);
  if (values === undefined) throw new Error(`no values for the weight ${name}`);
  return values;
}

function number(values: ArrayLike<number>, at: number): number {
  return values[at] ?? Number.NaN;
}
