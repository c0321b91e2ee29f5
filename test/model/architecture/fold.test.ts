import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { architectureSchema, discriminator, generator } from '../../../model/architecture/dcgan.ts';
import { foldNormalisation } from '../../../model/architecture/fold.ts';
import { buildNetwork, type Network } from '../../../model/architecture/network.ts';
import { forward, inference } from '../../../model/tensorflow/forward.ts';
import { weightTensors } from '../../../model/tensorflow/weights.ts';
import { formulaWeights } from '../../fixtures/keras/formula-weights.ts';
import '../../support/tensorflow.ts';

const small = architectureSchema.parse({ latentSize: 7, channels: 8, baseChannels: 8, firstChannels: 8 });

it.each([generator(small), discriminator(small)])(
  'leaves $name what it computes by its moving statistics',
  (network) => {
    const weights = formulaWeights(network);
    const folded = foldNormalisation(network, weights);
    expect(folded.network.layers.some(({ kind }) => kind === 'batchNorm')).toBe(false);
    const [whole, plain] = [run(network, weights), run(folded.network, folded.weights)];
    const difference = Math.max(...whole.map((value, at) => Math.abs(value - (plain[at] ?? Number.NaN))));
    const spread = Math.max(...whole) - Math.min(...whole);
    expect(difference).toBeLessThan(spread / 500);
  },
);

it('gives the numbers that a hand computes', () => {
  const network = buildNetwork(
    'one',
    [1],
    [
      { kind: 'dense', name: 'line', units: 2 },
      { kind: 'batchNorm', name: 'norm', momentum: 0.99, epsilon: 0 },
    ],
  );
  const weights = new Map(
    Object.entries({
      'line/kernel': [3, 5],
      'line/bias': [1, 2],
      'norm/gamma': [2, 1],
      'norm/beta': [10, 20],
      'norm/moving_mean': [4, 0],
      'norm/moving_variance': [4, 25],
    }).map(([name, values]) => [name, Float32Array.from(values)]),
  );
  const folded = foldNormalisation(network, weights).weights;
  // 2 / sqrt(4) = 1 and 1 / sqrt(25) = 0.2.
  expect([...(folded.get('line/kernel') ?? [])]).toEqual([3, 1]);
  expect([...(folded.get('line/bias') ?? [])]).toEqual([7, Math.fround(20.4)]);
});

function run(network: Network, weights: ReadonlyMap<string, Float32Array>): number[] {
  const size = network.inputShape.reduce((product, length) => product * length, 2);
  const values = Float32Array.from({ length: size }, (_, at) => Math.sin(at * 0.3));
  const input = tf.tensor(values, [2, ...network.inputShape]);
  return [...forward(network, weightTensors(network, weights), input, inference).dataSync()];
}
