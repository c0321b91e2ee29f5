import * as tf from '@tensorflow/tfjs-core';
import type { Layer, Network } from '../architecture/network.ts';
import { type BatchStatistics, batchNormTraining } from './batch-norm.ts';
import { type MixedValue, runBfloat16Layer, widened } from './bfloat16/run-layer.ts';
import { leakyRelu } from './leaky-relu.ts';
import { narrowConv, narrowFilters } from './narrow-conv.ts';
import type { Precision } from './precision.ts';

/** A network's weights as tensors, by the names of its `WeightSpec`s. */
export type WeightTensors = ReadonlyMap<string, tf.Tensor>;

/** Training normalises by the batch and reports its statistics; inference normalises by the moving ones. */
export type Mode =
  | { readonly kind: 'inference'; readonly precision?: Precision }
  | {
      readonly kind: 'training';
      readonly statistics: BatchStatistics;
      /** Default: float32. */
      readonly precision?: Precision;
      /** Draws `size` factors, each 0 or 1 / (1 - rate); without it dropout lets everything pass. */
      readonly dropout?: (size: number, rate: number) => Float32Array;
    };

export const inference: Mode = { kind: 'inference' };

/**
 * Runs `input` (`[batch, ...network.inputShape]`) through `network`.
 *
 * With `logits`, a closing sigmoid is left out, so that losses can be computed without its rounding.
 */
export function forward(
  network: Network,
  weights: WeightTensors,
  input: tf.Tensor,
  mode: Mode,
  options: { readonly logits?: boolean } = {},
): tf.Tensor {
  const layers = options.logits ? network.layers.filter((layer) => layer.kind !== 'sigmoid') : network.layers;
  const mixed = mode.precision === 'bfloat16';
  const output = layers.reduce<MixedValue>(
    (value, layer, index) => {
      // Batch normalisation in training subtracts the mean, and with it any bias right before it.
      const biasless = mode.kind === 'training' && layers[index + 1]?.kind === 'batchNorm';
      return (
        (mixed && runMixed(layer, weights, value, mode, biasless)) || {
          tensor: runLayer(layer, weights, widened(value), mode, biasless),
          bfloat16: false,
        }
      );
    },
    { tensor: input, bfloat16: false },
  );
  return widened(output);
}

function runMixed(layer: Layer, weights: WeightTensors, value: MixedValue, mode: Mode, biasless: boolean) {
  return runBfloat16Layer(layer, value, {
    weight: (name) => weightOf(weights, `${layer.name}/${name}`),
    biasless,
    statistics: mode.kind === 'training' ? mode.statistics : undefined,
  });
}

function runLayer(layer: Layer, weights: WeightTensors, input: tf.Tensor, mode: Mode, biasless: boolean): tf.Tensor {
  const weight = <T extends tf.Tensor>(name: string) => weightOf<T>(weights, `${layer.name}/${name}`);
  const withBias = (value: tf.Tensor) => (biasless ? value : tf.add(value, weight('bias')));
  switch (layer.kind) {
    case 'dense':
      return tf.add(tf.matMul(input as tf.Tensor2D, weight<tf.Tensor2D>('kernel')), weight('bias'));
    case 'conv':
      return withBias(convolve(input as tf.Tensor4D, weight<tf.Tensor4D>('kernel'), layer));
    case 'convTranspose': {
      const [height = 0, width = 0, channels = 0] = layer.outputShape;
      const shape: [number, number, number, number] = [input.shape[0] ?? 0, height, width, channels];
      const kernel = weight<tf.Tensor4D>('kernel');
      return withBias(tf.conv2dTranspose(input as tf.Tensor4D, kernel, shape, layer.stride, 'same'));
    }
    case 'batchNorm':
      return batchNorm(layer, weights, input as tf.Tensor4D, mode);
    case 'leakyRelu':
      return leakyRelu(input, layer.slope);
    case 'reshape':
    case 'flatten':
      return tf.reshape(input, [input.shape[0] ?? 0, ...layer.outputShape]);
    case 'globalAveragePool':
      return tf.mean(input, [1, 2]);
    case 'dropout':
      if (mode.kind === 'inference' || mode.dropout === undefined) return input;
      return tf.mul(input, tf.tensor(mode.dropout(input.size, layer.rate), input.shape));
    case 'tanh':
      return tf.tanh(input);
    case 'sigmoid':
      return tf.sigmoid(input);
  }
}

function convolve(
  input: tf.Tensor4D,
  kernel: tf.Tensor4D,
  { filters, stride }: Extract<Layer, { kind: 'conv' }>,
): tf.Tensor4D {
  return stride === 1 && filters <= narrowFilters && tf.getBackend() === 'tensorflow'
    ? narrowConv(input, kernel)
    : tf.conv2d(input, kernel, stride, 'same');
}

function batchNorm(
  layer: Extract<Layer, { kind: 'batchNorm' }>,
  weights: WeightTensors,
  input: tf.Tensor4D,
  mode: Mode,
): tf.Tensor {
  const weight = (name: string) => weightOf<tf.Tensor1D>(weights, `${layer.name}/${name}`);
  if (mode.kind === 'inference') {
    const [mean, variance] = [weight('moving_mean'), weight('moving_variance')];
    return tf.batchNorm4d(input, mean, variance, weight('beta'), weight('gamma'), layer.epsilon);
  }
  const { output, mean, variance } = batchNormTraining(input, weight('gamma'), weight('beta'), layer.epsilon);
  mode.statistics.set(layer.name, { mean, variance });
  return output;
}

function weightOf<T extends tf.Tensor>(weights: WeightTensors, name: string): T {
  const tensor = weights.get(name);
  if (tensor === undefined) throw new Error(`the network has no weight ${name}`);
  return tensor as T;
}
