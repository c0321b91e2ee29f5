import { slope } from './dcgan.ts';
import { buildNetwork, type LayerSpec, type Network, type WeightSpec } from './network.ts';

/**
 * What a projected discriminator (Sauer et al. 2021) learns: on each mixed map of its frozen network a small head, which halves
 * the map until it is 4x4 or smaller and then says one logit a place. Every kernel is divided by its largest singular value
 * (spectral normalisation, Miyato et al. 2018).
 */

/** Channels of the mixed maps, the largest map first: at a quarter, an eighth, a sixteenth and a thirty-second of the input. */
export const mixedChannels: readonly number[] = [32, 64, 128, 256];

/** Heads do not get wider than this. */
const widest = 256;
const smallestMap = 4;
const lastWidth = 64;
/** PyTorch's, in which such heads were first written. */
const batchNormDefaults = { momentum: 0.9, epsilon: 1e-5 } as const;

/** Width of each mixed map of an input of `inputSize` pixels. */
export function mapSizes(inputSize: number): number[] {
  return mixedChannels.map((_, at) => inputSize / 2 ** (at + 2));
}

/** The heads for an input of `inputSize` pixels, a multiple of 32, one for each mixed map. */
export function headNetworks(inputSize: number): Network[] {
  return mapSizes(inputSize).map((size, at) => head(`head_${at + 1}`, size, mixedChannels[at] ?? 0));
}

function head(name: string, mapSize: number, channels: number): Network {
  const specs: LayerSpec[] = [];
  const block = (part: string, filters: number, kernel: number, stride: number) =>
    specs.push(
      { kind: 'conv', name: `${name}_${part}`, filters, kernel, stride },
      { kind: 'batchNorm', name: `${name}_${part}_norm`, ...batchNormDefaults },
      { kind: 'leakyRelu', name: `${name}_${part}_relu`, slope },
    );
  let [size, width] = [mapSize, channels];
  for (let at = 1; size > smallestMap; at++) {
    [size, width] = [Math.ceil(size / 2), Math.min(2 * width, widest)];
    block(`down_${at}`, width, 4, 2);
  }
  block('last', lastWidth, 3, 1);
  specs.push({ kind: 'conv', name: `${name}_logits`, filters: 1, kernel: 1, stride: 1 });
  const network = buildNetwork(name, [mapSize, mapSize, channels], specs);
  return { ...network, weights: [...network.weights, ...network.layers.flatMap(singularVector)] };
}

/** Where the search for a kernel's largest singular value stands: the vector on the side of the filters. */
function singularVector(layer: Network['layers'][number]): WeightSpec[] {
  if (layer.kind !== 'conv') return [];
  return [{ name: `${layer.name}/singular`, shape: [layer.filters], initializer: 'normal', trainable: false }];
}

/** All heads as one list of layers and weights: what is kept, counted and updated together. */
export function allHeads(inputSize: number): Network {
  const networks = headNetworks(inputSize);
  return {
    name: 'discriminator',
    inputShape: [inputSize, inputSize, 3],
    outputShape: [networks.length],
    layers: networks.flatMap(({ layers }) => layers),
    weights: networks.flatMap(({ weights }) => weights),
  };
}
