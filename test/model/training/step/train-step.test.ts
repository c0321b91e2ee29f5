import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import type { Network } from '../../../../model/architecture/network.ts';
import { randomFromState } from '../../../../model/random.ts';
import { precisions } from '../../../../model/tensorflow/precision.ts';
import { configSchema, presets } from '../../../../model/training/config.ts';
import { discriminatorPass, imagePass } from '../../../../model/training/step/discriminator-pass.ts';
import { createGan, type Gan, type Player } from '../../../../model/training/step/gan.ts';
import { newOptimizerState } from '../../../../model/training/step/optimizer.ts';
import { trainStep } from '../../../../model/training/step/train-step.ts';
import { copyWeights } from '../../../../model/training/step/weights.ts';
import { formulaWeights } from '../../../fixtures/keras/formula-weights.ts';
import { formulaImages, kerasNumbers } from '../../../support/keras.ts';
import { native } from '../../../support/tensorflow.ts';
import { smallConfig } from '../../../support/training.ts';

interface Summary {
  sum: number;
  sumAbs: number;
  maxAbs: number;
  first: number[];
  float32Error: number;
}

describe('a pass of the discriminator', () => {
  it('has the loss, gradients and moving statistics that Keras has', () => {
    const keras = kerasNumbers<{
      loss: number;
      gradients: Record<string, Summary>;
      moving: Record<string, Summary>;
    }>('discriminator-step');
    const config = configSchema.parse({ batchSize: 4 });
    const gan = formulaGan();
    const images = tf.tensor4d(formulaImages(4), [4, 32, 32, 3]);
    const { loss, gradients } = discriminatorPass(config, gan, images, 'real');
    expect(loss).toBeCloseTo(keras.loss, 5);
    for (const [name, values] of gradients) expectSummary(name, values, keras.gradients[name] as Summary);
    for (const [name, summary] of Object.entries(keras.moving))
      expectSummary(name, gan.discriminator.weights.get(name) as Float32Array, { ...summary, float32Error: 1e-6 });
  });
});

describe('a training step', () => {
  const real = (config: ReturnType<typeof smallConfig>) =>
    Float32Array.from({ length: config.batchSize * 32 * 32 * 3 }, (_, i) => Math.sin(i * 0.37));

  it.skipIf(!native).each(Object.keys(presets) as (keyof typeof presets)[])(
    'computes in bfloat16 with preset %s what it does in float32, nearly, and leaves no tensor',
    (preset) => {
      const base = smallConfig({ ...presets[preset], precision: 'float32' });
      const steps = precisions.map((precision) => {
        const [config, gan] = [{ ...base, precision }, createGan(base)];
        const tensors = [tf.memory().numTensors, tf.engine().backend.numDataIds()];
        const losses = trainStep(config, gan, real(config));
        expect([tf.memory().numTensors, tf.engine().backend.numDataIds()]).toEqual(tensors);
        return { losses: Object.values(losses), gradient: gan.generator.optimizer.first.get('up_1/kernel') ?? [] };
      });
      const [float, half] = steps;
      half?.losses.forEach((loss, at) => {
        expect(loss).not.toBe(float?.losses[at]);
        expect(loss).toBeCloseTo(float?.losses[at] as number, 1);
      });
      expect(cosine([...(half?.gradient ?? [])], [...(float?.gradient ?? [])])).toBeGreaterThan(0.98);
    },
  );

  it.each(Object.keys(presets) as (keyof typeof presets)[])(
    'moves both networks with preset %s, and leaves no tensor',
    (preset) => {
      const config = smallConfig({ ...presets[preset], precision: 'float32' });
      const gan = createGan(config);
      const before = {
        generator: copyWeights(gan.generator.weights),
        discriminator: copyWeights(gan.discriminator.weights),
      };
      const tensors = tf.memory().numTensors;
      const losses = trainStep(config, gan, real(config));
      expect(tf.memory().numTensors).toBe(tensors);
      expect(Object.values(losses).every((loss) => Number.isFinite(loss) && loss > 0)).toBe(true);
      for (const name of ['project/kernel', 'up_1/kernel', 'norm_1/gamma', 'rgb/kernel', 'norm_1/moving_mean'])
        expect(gan.generator.weights.get(name), name).not.toEqual(before.generator.get(name));
      for (const name of ['conv_0/kernel', 'norm_3/beta', 'score/kernel', 'norm_0/moving_variance'])
        expect(gan.discriminator.weights.get(name), name).not.toEqual(before.discriminator.get(name));
    },
  );

  it('leaves the discriminator as it is while the generator learns', () => {
    const config = smallConfig();
    const gan = createGan(config);
    const before = copyWeights(gan.discriminator.weights);
    const { gradient } = imagePass(config, gan, tf.tensor4d(real(config), [config.batchSize, 32, 32, 3]));
    expect(tf.max(tf.abs(gradient)).dataSync()[0]).toBeGreaterThan(0);
    expect(gan.discriminator.weights).toEqual(before);
  });

  it('moves the generator down the gradient of its own loss', () => {
    const config = smallConfig({
      generatorOptimizer: { kind: 'sgd', rate: 0.05 },
      discriminatorOptimizer: { kind: 'sgd', rate: 1e-12 },
    });
    const gan = createGan(config);
    const state = gan.random.state();
    const first = trainStep(config, gan, real(config)).generator;
    const again = { ...gan, random: randomFromState(state) };
    const second = trainStep(config, again, real(config)).generator;
    expect(second).toBeLessThan(first);
  });

  it("pulls what the discriminator says towards what it said of the other kind, as much as LeCam's weight asks", () => {
    const lossOf = (lecam: number, fakes: number) => {
      const config = smallConfig({ lecam });
      const gan = { ...createGan(config), said: { fake: fakes } };
      const images = tf.tensor4d(real(config), [config.batchSize, 32, 32, 3]);
      return discriminatorPass(config, gan, images, 'real').loss;
    };
    const plain = lossOf(0, -1);
    expect(lossOf(1, -1)).toBeGreaterThan(plain);
    expect(lossOf(2, -1) - plain).toBeCloseTo(2 * (lossOf(1, -1) - plain), 5);
    // What it said of the fakes is far above: nothing pulls.
    expect(lossOf(1, 1000)).toBe(plain);
  });

  it('remembers what the discriminator said, as an average that moves by a hundredth a batch', () => {
    const config = smallConfig({ lecam: 1, discriminatorOptimizer: { kind: 'sgd', rate: 1e-30 } });
    const gan = { ...createGan(config), said: { real: 100, fake: 100 } };
    const images = tf.tensor4d(real(config), [config.batchSize, 32, 32, 3]);
    const fresh = createGan(config);
    discriminatorPass(config, fresh, images, 'real');
    discriminatorPass(config, gan, images, 'real');
    expect(gan.said.real).toBeCloseTo(99 + (fresh.said.real as number) / 100, 6);
    expect(gan.said.fake).toBe(100);
  });

  it('trains the discriminator alone for as long as the configuration asks', () => {
    const config = smallConfig({ pretrainDiscriminator: 1 });
    const gan = createGan(config);
    const before = copyWeights(gan.generator.weights);
    expect(trainStep(config, gan, real(config)).generator).toBeNaN();
    expect(gan.generator.weights).toEqual(before);
    trainStep(config, gan, real(config));
    expect(gan.generator.weights).not.toEqual(before);
  });

  it('keeps an average that lags behind the generator', () => {
    const config = smallConfig({ average: 0.9 });
    const gan = createGan(config);
    const start = gan.generator.weights.get('rgb/kernel')?.[0] as number;
    trainStep(config, gan, real(config));
    const now = gan.generator.weights.get('rgb/kernel')?.[0] as number;
    // After one step the decay is (1 + 1) / (10 + 1).
    expect(gan.average.get('rgb/kernel')?.[0]).toBeCloseTo((2 / 11) * start + (9 / 11) * now, 7);
  });
});

/** The default networks with the fixtures' weights, and without dropout. */
function formulaGan(): Gan {
  const gan = createGan(configSchema.parse({}));
  const player = (network: Network): Player => ({
    network: { ...network, layers: network.layers.filter((layer) => layer.kind !== 'dropout') },
    weights: formulaWeights(network),
    optimizer: newOptimizerState(),
  });
  return { ...gan, generator: player(gan.generator.network), discriminator: player(gan.discriminator.network) };
}

function expectSummary(name: string, values: Float32Array, keras: Summary): void {
  const total = values.reduce((sum, value) => sum + value, 0);
  const absolute = values.reduce((sum, value) => sum + Math.abs(value), 0);
  const tolerance = 20 * keras.float32Error + 1e-4 * keras.maxAbs;
  expect(Math.abs(absolute - keras.sumAbs), `${name} sum of sizes`).toBeLessThan(1e-3 * keras.sumAbs + tolerance);
  expect(Math.abs(total - keras.sum), `${name} sum`).toBeLessThan(1e-3 * keras.sumAbs + tolerance);
  keras.first.forEach((value, at) => {
    expect(Math.abs(value - (values[at] as number)), `${name}[${at}]`).toBeLessThan(tolerance);
  });
}

function cosine(one: readonly number[], other: readonly number[]): number {
  const dot = (a: readonly number[], b: readonly number[]) =>
    a.reduce((sum, value, at) => sum + value * (b[at] ?? 0), 0);
  return dot(one, other) / Math.sqrt(dot(one, one) * dot(other, other));
}
