import { buildNetwork, type LayerSpec, type Network } from './network.ts';

/** Pixels each way of the pictures that the feature network reads. */
export const featureInputSize = 32;

/** Kernel, stride and filters of each convolution; the means of the last one's maps are the features. */
const convolutions = [
  { kernel: 4, stride: 2, filters: 32 },
  { kernel: 3, stride: 1, filters: 48 },
  { kernel: 3, stride: 2, filters: 64 },
  { kernel: 3, stride: 1, filters: 96 },
  { kernel: 3, stride: 2, filters: 128 },
] as const;

const featureLayers = convolutions.flatMap((convolution, index): LayerSpec[] => [
  { kind: 'conv', name: `conv_${index}`, ...convolution },
  { kind: 'batchNorm', name: `norm_${index}`, momentum: 0.9, epsilon: 1e-3 },
  { kind: 'leakyRelu', name: `relu_${index}`, slope: 0.1 },
]);

const inputShape = [featureInputSize, featureInputSize, 3];
const pooling: LayerSpec = { kind: 'globalAveragePool', name: 'means' };

/**
 * What `freshcar evaluate` looks at pictures with: RGB in [-1, 1] -> five convolutions -> 128 features. Small, so that it
 * ships with the program; where it comes from and how well it sees is in `model/evaluation/features/card.md`.
 */
export const featureNetwork: Network = buildNetwork('features', inputShape, [...featureLayers, pooling]);

/** The same network with a layer of scores for `classes` classes behind it, as it is trained. */
export function classifier(classes: number): Network {
  return buildNetwork('classifier', inputShape, [
    ...featureLayers,
    pooling,
    { kind: 'dropout', name: 'dropout', rate: 0.1 },
    { kind: 'dense', name: 'scores', units: classes },
  ]);
}
