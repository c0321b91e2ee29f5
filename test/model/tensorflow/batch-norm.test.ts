import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { batchNormTraining } from '../../../model/tensorflow/batch-norm.ts';
import { kerasNumbers } from '../../support/keras.ts';
import { native } from '../../support/tensorflow.ts';

interface Fixture {
  shape: [number, number, number, number];
  epsilon: number;
  gamma: number[];
  beta: number[];
  y: number[];
  mean: number[];
  variance: number[];
  dx: number[];
  dgamma: number[];
  dbeta: number[];
}

const backends = native ? ['tensorflow', 'cpu'] : ['cpu'];
if (native) await import('@tensorflow/tfjs-backend-cpu');

describe.each(backends)('batch normalisation in training on the backend %s', (backend) => {
  const keras = kerasNumbers<Fixture>('batch-norm');
  const size = keras.y.length;
  const input = () =>
    tf.tensor4d(
      Float32Array.from({ length: size }, (_, i) => Math.sin(0.3 * i)),
      keras.shape,
    );
  const upstream = () =>
    tf.tensor4d(
      Float32Array.from({ length: size }, (_, i) => Math.cos(0.2 * i)),
      keras.shape,
    );

  it('gives the output and statistics that TensorFlow gives in Python', async () => {
    await tf.setBackend(backend);
    const result = batchNormTraining(input(), tf.tensor1d(keras.gamma), tf.tensor1d(keras.beta), keras.epsilon);
    expectClose(result.output, keras.y);
    expectClose(result.mean, keras.mean);
    expectClose(result.variance, keras.variance);
  });

  it('gives the gradients in input, scale and offset that TensorFlow gives in Python', async () => {
    await tf.setBackend(backend);
    const gradients = tf.grads((x, gamma, beta) => {
      const { output } = batchNormTraining(x as tf.Tensor4D, gamma as tf.Tensor1D, beta as tf.Tensor1D, keras.epsilon);
      return output;
    })([input(), tf.tensor1d(keras.gamma), tf.tensor1d(keras.beta)], upstream());
    for (const [at, expected] of [keras.dx, keras.dgamma, keras.dbeta].entries())
      expectClose(gradients[at] as tf.Tensor, expected);
  });
});

function expectClose(tensor: tf.Tensor, expected: readonly number[]): void {
  const values = tensor.dataSync();
  expect(values).toHaveLength(expected.length);
  expect(Math.max(...expected.map((value, at) => Math.abs(value - (values[at] as number))))).toBeLessThan(5e-6);
}
