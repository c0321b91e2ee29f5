import * as tf from '@tensorflow/tfjs-core';
import type { Layer } from '../../architecture/network.ts';
import type { BatchStatistics } from '../batch-norm.ts';
import { batchNormTraining } from './batch-norm.ts';
import { toBfloat16, toFloat32 } from './cast.ts';
import { conv, convTranspose } from './convolution.ts';
import { leakyRelu } from './leaky-relu.ts';

/**
 * Mixed precision (Micikevicius et al. 2018): convolutions and what lies between them compute in bfloat16; weights, biases, batch
 * statistics and everything else stay float32, and a weight is rounded each time a convolution reads it.
 */

/** A value between two layers, and whether it is bfloat16. */
export interface MixedValue {
  readonly tensor: tf.Tensor;
  readonly bfloat16: boolean;
}

export interface MixedContext {
  readonly weight: (name: string) => tf.Tensor;
  /** The next layer takes the bias away again. */
  readonly biasless: boolean;
  /** Where batch normalisation notes what it saw; undefined where it goes by the moving statistics. */
  readonly statistics: BatchStatistics | undefined;
}

/** Runs a layer that has a bfloat16 form for this value; undefined for all others, which compute in float32. */
export function runBfloat16Layer(layer: Layer, value: MixedValue, context: MixedContext): MixedValue | undefined {
  const { weight, statistics } = context;
  switch (layer.kind) {
    case 'conv':
      return withBias(conv(rounded(value), kernelOf(context), layer.stride), context);
    case 'convTranspose':
      return withBias(convTranspose(rounded(value), kernelOf(context), layer.stride), context);
    case 'batchNorm': {
      if (statistics === undefined || !value.bfloat16) return undefined;
      const [gamma, beta] = [weight('gamma') as tf.Tensor1D, weight('beta') as tf.Tensor1D];
      const { output, ...seen } = batchNormTraining(value.tensor as tf.Tensor4D, gamma, beta, layer.epsilon);
      statistics.set(layer.name, seen);
      return { tensor: output, bfloat16: true };
    }
    case 'leakyRelu':
      return value.bfloat16 ? { tensor: leakyRelu(value.tensor, layer.slope), bfloat16: true } : undefined;
    default:
      return undefined;
  }
}

/** The value as float32. */
export function widened({ tensor, bfloat16 }: MixedValue): tf.Tensor {
  return bfloat16 ? toFloat32(tensor) : tensor;
}

function rounded({ tensor, bfloat16 }: MixedValue): tf.Tensor4D {
  return (bfloat16 ? tensor : toBfloat16(tensor)) as tf.Tensor4D;
}

function kernelOf({ weight }: MixedContext): tf.Tensor4D {
  return toBfloat16(weight('kernel')) as tf.Tensor4D;
}

/** A bias is added in float32, where the output may be a picture or a logit. */
function withBias(output: tf.Tensor4D, { biasless, weight }: MixedContext): MixedValue {
  return biasless
    ? { tensor: output, bfloat16: true }
    : { tensor: tf.add(toFloat32(output), weight('bias')), bfloat16: false };
}
