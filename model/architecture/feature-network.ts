import { buildNetwork, type LayerSpec, type Network } from './network.ts';

/** Pixels each way of the pictures that the feature network reads. */
export const featureInputSize = 32;

/** Filters and stride of each convolution; the last one's means over the map are the features. */
const convolutions = [
  { filters: 32, stride: 1 },
  { filters: 64, stride: 2 },
  { filters: 64, stride: 1 },
  { filters: 96, stride: 2 },
  { filters: 96, stride: 1 },
  { filters: 128, stride: 2 },
] as const;

const featureLayers = convolutions.flatMap(({ filters, stride }, index): LayerSpec[] => [
  { kind: 'conv', name: `conv_${index}`, filters, kernel: 3, stride },
  { kind: 'batchNorm', name: `norm_${index}`, momentum: 0.9, epsilon: 1e-3 },
  { kind: 'leakyRelu', name: `relu_${index}`, slope: 0.1 },
]);

const inputShape = [featureInputSize, featureInputSize, 3];
const pooling: LayerSpec = { kind: 'globalAveragePool', name: 'means' };

/**
 * What `freshcar evaluate` looks at pictures with: RGB in [-1, 1] -> six convolutions -> 128 features. Small, so that it
 * ships with the program; where it comes from and how well it sees is in `model/evaluation/features/card.md`.
 */
export const featureNetwork: Network = buildNetwork('features', inputShape, [...featureLayers, pooling]);

/** The same network with a layer of scores for `classes` classes behind it, as it is trained. */
export function classifier(classes: number): Network {
  return buildNetwork('classifier', inputShape, [
    ...featureLayers,
    pooling,
    { kind: 'dropout', name: 'dropout', rate: 0.2 },
    { kind: 'dense', name: 'scores', units: classes },
  ]);
}
