import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { type Architecture, architectureSchema, discriminator, generator } from '../../../model/architecture/dcgan.ts';
import type { WeightValues } from '../../../model/architecture/network.ts';
import { tfjsWeightsName } from '../../../model/bundle/manifest.ts';
import { readTfjsWeights } from '../../../model/bundle/tfjs-format.ts';
import { picturesOf } from '../../../model/image.ts';
import { randomFromSeed } from '../../../model/random.ts';
import { openFolder } from '../../../model/store/folder.ts';
import { shippedModel } from '../../../model/store/shipped.ts';
import { drawCars } from '../../../model/tensorflow/draw.ts';
import { forward } from '../../../model/tensorflow/forward.ts';
import { weightTensors } from '../../../model/tensorflow/weights.ts';
import { grownArchitecture, grownWeights, keptBlocks } from '../../../model/training/grow.ts';
import { createGan } from '../../../model/training/step/gan.ts';
import { trainingPass } from '../../../model/training/step/pass.ts';
import { trainStep } from '../../../model/training/step/train-step.ts';
import { smallConfig, smallPictures } from '../../support/training.ts';
import '../../support/tensorflow.ts';

const config = { ...smallConfig({ average: 0.5 }), architecture: architectureSchema.parse(wide()) };
const { architecture } = config;

function wide() {
  return { latentSize: 8, baseChannels: 8, channels: 24, lastChannels: [32], firstChannels: 24 };
}

/** A pair of networks after one step, so that no two weights are alike. */
function learntWeights() {
  const gan = createGan(config);
  trainStep(
    config,
    gan,
    Float32Array.from(smallPictures(4), (value) => value / 127.5 - 1),
  );
  return { generator: gan.generator.weights, average: gan.average, discriminator: gan.discriminator.weights };
}

describe('a grown generator', () => {
  it.each([
    ['as wide as the others', undefined],
    ['narrower', [32]],
    ['as narrow as can be', [24]],
  ])('begins by drawing the smaller cars enlarged, its new map %s', async (_, lastChannels) => {
    const { architecture, weights } = await readShipped();
    const large = grownArchitecture(architecture, { lastChannels });
    const latents = Float32Array.from({ length: 8 * architecture.latentSize }, randomFromSeed(3).normal);
    const small = draw(architecture, weights, latents);
    const grown = draw(large, grownWeights(architecture, large, { generator: weights }).generator, latents);
    const enlarged = picturesOf(small, 32, 2).flatMap(({ pixels }) => [...pixels]);
    expect(grown).toHaveLength(enlarged.length);
    expect(new Set(enlarged).size).toBeGreaterThan(100);
    // Only float32's rounding is between the two, which may fall to either side of a half.
    expect(Math.max(...enlarged.map((value, at) => Math.abs(value - (grown[at] ?? 0))))).toBeLessThanOrEqual(1);
  });

  it('draws them in training too, where each batch is normalised by itself', async () => {
    const { architecture, weights } = await readShipped();
    const large = grownArchitecture(architecture, { lastChannels: [32] });
    const latents = tf.tensor2d(Float32Array.from({ length: 64 * architecture.latentSize }, randomFromSeed(3).normal), [
      64,
      architecture.latentSize,
    ]);
    const trained = (of: Architecture, values: WeightValues) =>
      forward(generator(of), weightTensors(generator(of), values), latents, trainingPass(randomFromSeed(1)));
    const [small, grown] = [
      trained(architecture, weights) as tf.Tensor4D,
      trained(large, grownWeights(architecture, large, { generator: weights }).generator),
    ];
    const enlarged = tf.image.resizeNearestNeighbor(small, [64, 64]);
    const spread = tf.moments(enlarged).variance;
    const error = tf.mean(tf.squaredDifference(enlarged, grown));
    expect(tf.div(error, spread).dataSync()[0]).toBeLessThan(0.02);
  });

  it('hardly changes its image where ten steps of Adam move all taps of its new layer the same way', async () => {
    const { architecture, weights } = await readShipped();
    const large = grownArchitecture(architecture, { lastChannels: [32] });
    const start = grownWeights(architecture, large, { generator: weights }).generator;
    const moved = new Map(start).set(
      'up_4/kernel',
      (start.get('up_4/kernel') ?? new Float32Array()).map((tap) => tap + 10 * 2e-4),
    );
    const latents = Float32Array.from({ length: 8 * architecture.latentSize }, randomFromSeed(3).normal);
    const [before, after] = [draw(large, start, latents), draw(large, moved, latents)];
    const error = before.reduce((sum, value, at) => sum + (value - (after[at] ?? 0)) ** 2, 0) / before.length;
    // Of 255: a root mean square under 4.
    expect(error).toBeLessThan(4 ** 2);
  });

  it('is as wide as was asked for where it is new, and as the smaller one elsewhere', () => {
    expect(grownArchitecture(architecture, { lastChannels: [1, 2, 24] })).toMatchObject({
      imageSize: 64,
      depth: 4,
      channels: 24,
      lastChannels: [32, 24],
    });
    expect(grownArchitecture(architecture).lastChannels).toEqual([32, 32]);
    expect(grownArchitecture(architecture, { firstChannels: 16 }).firstChannels).toBe(16);
  });

  it('is refused a map that is too narrow for the smaller cars', () => {
    expect(() => grownArchitecture(architecture, { lastChannels: [23] })).toThrow('at least 24 channels');
  });
});

function draw(of: Architecture, values: WeightValues, latents: Float32Array): Uint8Array {
  return tf.tidy(() => drawCars(generator(of), weightTensors(generator(of), values), latents));
}

async function readShipped() {
  const source = await openFolder(shippedModel());
  const manifest = await source.readManifest((await source.readPointer())?.pointer.version ?? '');
  const { architecture } = manifest;
  const weights = readTfjsWeights(generator(architecture), await source.readFile(manifest, tfjsWeightsName));
  return { architecture, weights };
}

describe('a grown discriminator', () => {
  it.each([
    // A halving as wide as the first one was comes behind it.
    ['as wide', { lastChannels: [32] }, 2, ['conv_0', 'conv_1', undefined, 'conv_2', 'conv_3']],
    // One as wide as the layer at full size comes before it.
    ['narrower', { lastChannels: [24] }, 1, ['conv_0', undefined, 'conv_1', 'conv_2', 'conv_3']],
    ['of a width of its own', { lastChannels: [28] }, 1, ['conv_0', undefined, undefined, 'conv_2', 'conv_3']],
    ['with another first layer', { firstChannels: 16 }, 0, [undefined, undefined, undefined, 'conv_2', 'conv_3']],
  ])('keeps what fits and draws the rest, its new halving %s', (_, widths, learnt, kept) => {
    const before = learntWeights();
    const large = grownArchitecture(architecture, widths);
    const gan = createGan({ ...config, architecture: large }, grownWeights(architecture, large, before));
    const drawn = createGan({ ...config, architecture: large }).discriminator.weights;
    const { weights, network } = gan.discriminator;
    expect([...weights.keys()].sort()).toEqual(network.weights.map(({ name }) => name).sort());
    for (const { name, shape } of discriminator(large).weights)
      expect(weights.get(name)?.length, name).toBe(shape.reduce((size, length) => size * length, 1));
    kept.forEach((from, block) => {
      const expected =
        from === undefined ? drawn.get(`conv_${block}/kernel`) : before.discriminator.get(`${from}/kernel`);
      expect(weights.get(`conv_${block}/kernel`), `conv_${block}`).toEqual(expected);
      const gamma = from?.replace('conv', 'norm');
      if (gamma) expect(weights.get(`norm_${block}/gamma`)).toEqual(before.discriminator.get(`${gamma}/gamma`));
    });
    expect(weights.get('score/kernel')).toEqual(before.discriminator.get('score/kernel'));
    expect(keptBlocks(architecture, large)).toBe(learnt);
  });
});
