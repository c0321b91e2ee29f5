import * as tf from '@tensorflow/tfjs-core';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { classifier, featureNetwork } from '../../../model/architecture/feature-network.ts';
import { buildNetwork, type LayerSpec, type Network } from '../../../model/architecture/network.ts';
import { exportFeaturesOnnx } from '../../../model/bundle/onnx-features.ts';
import { forward, inference } from '../../../model/tensorflow/forward.ts';
import { scoped } from '../../../model/tensorflow/tape.ts';
import { weightTensors } from '../../../model/tensorflow/weights.ts';
import { formulaWeights } from '../../fixtures/keras/formula-weights.ts';
import '../../support/tensorflow.ts';

/** Pixels from 0 to 255 that differ everywhere. */
function pixels(count: number, [height = 0, width = 0, channels = 0]: readonly number[]): Float32Array {
  return Float32Array.from({ length: count * height * width * channels }, (_, at) =>
    Math.round(127.5 * (1 + Math.sin(at * 0.37 + at / 1000))),
  );
}

async function byOnnx(network: Network, images: Float32Array): Promise<Float32Array> {
  const onnx = exportFeaturesOnnx(network, formulaWeights(network));
  const session = await InferenceSession.create(onnx, { intraOpNumThreads: 1 });
  const count = images.length / network.inputShape.reduce((product, length) => product * length, 1);
  const { features } = await session.run({ images: new Tensor('float32', images, [count, ...network.inputShape]) });
  expect(features?.dims).toEqual([count, ...network.outputShape]);
  return features?.data as Float32Array;
}

function byTensorflow(network: Network, images: Float32Array): Float32Array {
  return scoped(() => {
    const scaled = tf.sub(tf.div(tf.tensor(images, [2, ...network.inputShape]), 127.5), 1);
    const weights = weightTensors(network, formulaWeights(network));
    return forward(network, weights, scaled, inference).dataSync() as Float32Array;
  });
}

describe('exportFeaturesOnnx', () => {
  it.each([
    ['the feature network', featureNetwork],
    ['odd sizes and strides', small(7, { kernel: 3, stride: 2 })],
    ['even sizes and an even kernel', small(8, { kernel: 4, stride: 2 })],
    ['a kernel of 5 at stride 1', small(6, { kernel: 5, stride: 1 })],
  ])('gives the features that TensorFlow gives for %s', async (_, network) => {
    const images = pixels(2, network.inputShape);
    const [onnx, tensorflow] = [await byOnnx(network, images), byTensorflow(network, images)];
    const largest = Math.max(...tensorflow.map(Math.abs));
    expect(largest).toBeGreaterThan(0);
    onnx.forEach((value, at) => {
      expect(Math.abs(value - (tensorflow[at] as number)) / largest).toBeLessThan(1e-4);
    });
  });

  it('refuses a network with layers behind its features, and names one', () => {
    const network = classifier(10);
    expect(() => exportFeaturesOnnx(network, formulaWeights(network))).toThrow('dropout: ');
  });
});

function small(size: number, { kernel, stride }: { kernel: number; stride: number }): Network {
  const layers: LayerSpec[] = [
    { kind: 'conv', name: 'conv', filters: 4, kernel, stride },
    { kind: 'batchNorm', name: 'norm', momentum: 0.9, epsilon: 1e-3 },
    { kind: 'leakyRelu', name: 'relu', slope: 0.1 },
    { kind: 'globalAveragePool', name: 'means' },
  ];
  return buildNetwork('small', [size, size, 3], layers);
}
