import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { type Architecture, discriminator, generator } from '../../../model/architecture/dcgan.ts';
import type { WeightValues } from '../../../model/architecture/network.ts';
import { tfjsWeightsName } from '../../../model/bundle/manifest.ts';
import { readTfjsWeights } from '../../../model/bundle/tfjs-format.ts';
import { picturesOf } from '../../../model/image.ts';
import { randomFromSeed } from '../../../model/random.ts';
import { openFolder } from '../../../model/store/folder.ts';
import { shippedModel } from '../../../model/store/shipped.ts';
import { drawCars } from '../../../model/tensorflow/draw.ts';
import { weightTensors } from '../../../model/tensorflow/weights.ts';
import { grownArchitecture, grownWeights, leakyMoments } from '../../../model/training/grow.ts';
import { createGan } from '../../../model/training/step/gan.ts';
import { trainStep } from '../../../model/training/step/train-step.ts';
import { smallConfig, smallPictures } from '../../support/training.ts';
import '../../support/tensorflow.ts';

const config = smallConfig({ average: 0.5 });
const { architecture } = config;
const large = grownArchitecture(architecture);

/** A pair of networks after one step, so that no two weights are alike. */
function learnt() {
  const gan = createGan(config);
  trainStep(
    config,
    gan,
    Float32Array.from(smallPictures(4), (value) => value / 127.5 - 1),
  );
  return { generator: gan.generator.weights, average: gan.average, discriminator: gan.discriminator.weights };
}

describe('a grown generator', () => {
  it('begins by drawing the smaller cars enlarged', async () => {
    // A generator that has learnt something: without that there are no cars, and no statistics that fit.
    const { architecture, weights } = await readShipped();
    const latents = Float32Array.from({ length: 8 * architecture.latentSize }, randomFromSeed(3).normal);
    const draw = (of: Architecture, values: WeightValues) =>
      tf.tidy(() => drawCars(generator(of), weightTensors(generator(of), values), latents));
    const small = draw(architecture, weights);
    const grown = draw(grownArchitecture(architecture), grownWeights(architecture, { generator: weights }).generator);
    const enlarged = picturesOf(small, 32, 2).flatMap(({ pixels }) => [...pixels]);
    expect(grown).toHaveLength(enlarged.length);
    const mean = enlarged.reduce((sum, value) => sum + value, 0) / enlarged.length;
    const squares = (from: (at: number) => number) =>
      enlarged.reduce((sum, value, at) => sum + (value - from(at)) ** 2, 0);
    expect(squares((at) => grown[at] ?? 0) / squares(() => mean)).toBeLessThan(0.35);
  });
});

async function readShipped() {
  const source = await openFolder(shippedModel());
  const manifest = await source.readManifest((await source.readPointer())?.pointer.version ?? '');
  const { architecture } = manifest;
  const weights = readTfjsWeights(generator(architecture), await source.readFile(manifest, tfjsWeightsName));
  return { architecture, weights };
}

describe('a grown discriminator', () => {
  it('keeps its first blocks and its last ones, and draws what is between', () => {
    const before = learnt();
    const start = grownWeights(architecture, before);
    const gan = createGan({ ...config, architecture: large }, start);
    const { weights, network } = gan.discriminator;
    expect([...weights.keys()].sort()).toEqual(network.weights.map(({ name }) => name).sort());
    for (const { name, shape } of discriminator(large).weights)
      expect(weights.get(name)?.length).toBe(shape.reduce((size, length) => size * length, 1));
    const old = (name: string) => before.discriminator.get(name);
    expect(weights.get('conv_1/kernel')).toEqual(old('conv_1/kernel'));
    expect(weights.get('conv_3/kernel')).toEqual(old('conv_2/kernel'));
    expect(weights.get('norm_4/gamma')).toEqual(old('norm_3/gamma'));
    expect(weights.get('score/kernel')).toEqual(old('score/kernel'));
    expect(weights.get('conv_2/kernel')).toEqual(
      createGan({ ...config, architecture: large }).discriminator.weights.get('conv_2/kernel'),
    );
  });
});

describe('the moments of a leaky ReLU', () => {
  it.each([
    [0, 1],
    [1.5, 0.5],
    [-0.7, 2],
    [-2, 0],
  ])('of normal numbers with mean %d and deviation %d are those of many of them', (mean, deviation) => {
    const random = randomFromSeed(1);
    const outputs = Array.from({ length: 200_000 }, () => {
      const value = mean + deviation * random.normal();
      return value > 0 ? value : 0.2 * value;
    });
    const average = outputs.reduce((sum, value) => sum + value, 0) / outputs.length;
    const variance = outputs.reduce((sum, value) => sum + (value - average) ** 2, 0) / outputs.length;
    const moments = leakyMoments(mean, deviation);
    expect(moments.mean).toBeCloseTo(average, 2);
    expect(Math.abs(moments.variance - variance)).toBeLessThan(0.02);
  });
});
