import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { randomFromSeed } from '../../../../model/random.ts';
import type { TrainingConfig } from '../../../../model/training/config.ts';
import { discriminatorPass, imagePass } from '../../../../model/training/step/discriminator-pass.ts';
import { createGan, type Gan } from '../../../../model/training/step/gan.ts';
import { trainingPass } from '../../../../model/training/step/pass.ts';
import { trainStep } from '../../../../model/training/step/train-step.ts';
import { copyWeights } from '../../../../model/training/step/weights.ts';
import { biasOf, biasOnlyGan } from '../../../support/bias-only.ts';
import { smallConfig } from '../../../support/training.ts';
import '../../../support/tensorflow.ts';

const rate = 0.5;
const descent = { kind: 'sgd', rate } as const;
const realImages = (count: number) =>
  Float32Array.from({ length: count * 32 * 32 * 3 }, (_, at) => Math.sin(at * 0.37));
const realTensor = (count: number) => tf.tensor4d(realImages(count), [count, 32, 32, 3]);

// What the textbook says of one logit: probability, cross-entropy with a label, and that loss's derivative.
const probability = (logit: number) => 1 / (1 + Math.exp(-logit));
const crossEntropy = (logit: number, label: number) =>
  -label * Math.log(probability(logit)) - (1 - label) * Math.log(1 - probability(logit));
const derivative = (logit: number, label: number) => probability(logit) - label;

describe('a step of a discriminator that is one number, worked out by hand,', () => {
  it('teaches it that photographs are real and then that generated images are not, in updates of their own', () => {
    const config = smallConfig({ discriminatorOptimizer: descent, labels: { real: 0.9 } });
    const gan = biasOnlyGan(config, 0.7);
    const losses = trainStep(config, gan, realImages(4));
    const afterReal = 0.7 - rate * derivative(0.7, 0.9);
    const afterBoth = afterReal - rate * derivative(afterReal, 0);
    expect(losses.discriminatorReal).toBeCloseTo(crossEntropy(0.7, 0.9), 5);
    expect(losses.discriminatorFake).toBeCloseTo(crossEntropy(afterReal, 0), 5);
    expect(biasOf(gan)).toBeCloseTo(afterBoth, 5);
    // The generator wants its images to be taken for real, without smoothing.
    expect(losses.generator).toBeCloseTo(crossEntropy(afterBoth, 1), 5);
  });

  it('adds both gradients up before one update where the updates are combined', () => {
    const config = smallConfig({ discriminatorOptimizer: descent, discriminatorUpdates: 'combined' });
    const gan = biasOnlyGan(config, 0.7);
    const losses = trainStep(config, gan, realImages(4));
    const after = 0.7 - rate * (derivative(0.7, 1) + derivative(0.7, 0));
    expect(losses.discriminatorFake).toBeCloseTo(crossEntropy(0.7, 0), 5);
    expect(biasOf(gan)).toBeCloseTo(after, 5);
    expect(losses.generator).toBeCloseTo(crossEntropy(after, 1), 5);
  });

  it('teaches it the same while it learns alone', () => {
    const config = smallConfig({ discriminatorOptimizer: descent, pretrainDiscriminator: 5 });
    const gan = biasOnlyGan(config, 0.7);
    trainStep(config, gan, realImages(4));
    const afterReal = 0.7 - rate * derivative(0.7, 1);
    expect(biasOf(gan)).toBeCloseTo(afterReal - rate * derivative(afterReal, 0), 5);
    expect(gan.step).toBe(1);
  });

  it('has the margins of the hinge where that is the loss', () => {
    const config = smallConfig({ discriminatorOptimizer: descent, loss: 'hinge' });
    const gan = biasOnlyGan(config, 0.25);
    const losses = trainStep(config, gan, realImages(4));
    // 1 - 0.25 with slope -1; then 1 + 0.75 with slope 1, back to 0.25; the generator's is minus the logit.
    expect(losses).toMatchObject({
      discriminatorReal: expect.closeTo(0.75, 5),
      discriminatorFake: expect.closeTo(1.75, 5),
      generator: expect.closeTo(-0.25, 5),
    });
  });

  it('pulls at what it says of photographs by what it said of generated images, and the other way round', () => {
    const config = smallConfig({ discriminatorOptimizer: descent, lecam: 0.3 });
    const gan: Gan = { ...biasOnlyGan(config, 0.7), said: { real: -0.2, fake: 0.1 } };
    const losses = trainStep(config, gan, realImages(4));
    expect(losses.discriminatorReal).toBeCloseTo(crossEntropy(0.7, 1) + 0.3 * (0.7 - 0.1) ** 2, 5);
    expect(gan.said.real).toBeCloseTo(0.99 * -0.2 + 0.01 * 0.7, 6);
  });
});

describe('labels that are told the wrong way round', () => {
  it.each([0.1, 0.3])('are about %f of a batch, for photographs and for generated images alike', (flipRate) => {
    const config = smallConfig({ batchSize: 128, labels: { real: 0.9, flipRate } });
    const gan = biasOnlyGan(config, 2);
    const images = realTensor(128);
    for (const [kind, told, flipped] of [
      ['real', 0.9, 0],
      ['fake', 0, 0.9],
    ] as const) {
      const { loss } = discriminatorPass(config, gan, images, kind);
      // The loss is linear in the share of labels that were flipped.
      const straight = crossEntropy(2, told);
      const share = (loss - straight) / (crossEntropy(2, flipped) - straight);
      expect(share).toBeGreaterThan(flipRate - 0.1);
      expect(share).toBeLessThan(flipRate + 0.1);
      expect(Math.abs(share * 128 - Math.round(share * 128))).toBeLessThan(0.01);
    }
  });

  it('are drawn anew for each batch', () => {
    const config = smallConfig({ batchSize: 128, labels: { flipRate: 0.3 } });
    const gan = biasOnlyGan(config, 2);
    const losses = [1, 2, 3].map(() => discriminatorPass(config, gan, realTensor(128), 'real').loss);
    expect(new Set(losses).size).toBe(3);
  });
});

/** A gan whose moving statistics of `player` are far from what its batches have. */
function withOddStatistics(config: TrainingConfig, player: 'generator' | 'discriminator'): Gan {
  const gan = createGan(config);
  for (const [name, values] of gan[player].weights) {
    if (name.endsWith('/moving_mean')) values.fill(0.3);
    if (name.endsWith('/moving_variance')) values.fill(4);
  }
  return gan;
}

describe('the generated batch that the discriminator learns from', () => {
  const discriminatorAfter = (fakes: TrainingConfig['fakes'], gan: Gan) => {
    trainStep(smallConfig({ fakes }), gan, realImages(4));
    return gan.discriminator.weights;
  };

  it('is drawn by the moving statistics where it is predicted', () => {
    const config = smallConfig({ fakes: 'predicted' });
    const plain = discriminatorAfter('predicted', createGan(config));
    expect(discriminatorAfter('predicted', withOddStatistics(config, 'generator'))).not.toEqual(plain);
  });

  it('is the one that the generator learns from, normalised by itself, where it is shared', () => {
    const config = smallConfig({ fakes: 'shared' });
    const plain = discriminatorAfter('shared', createGan(config));
    expect(discriminatorAfter('shared', withOddStatistics(config, 'generator'))).toEqual(plain);
  });

  it('takes a second set of latent vectors where it is predicted, and none where it is shared', () => {
    const drawn = (fakes: TrainingConfig['fakes']) => {
      const gan = createGan(smallConfig());
      let normals = 0;
      const normal = () => {
        normals += 1;
        return gan.random.normal();
      };
      trainStep(smallConfig({ fakes }), { ...gan, random: { ...gan.random, normal } }, realImages(4));
      return normals;
    };
    expect(drawn('shared')).toBe(4 * 8);
    expect(drawn('predicted')).toBe(2 * 4 * 8);
  });
});

describe('the discriminator that the generator learns from', () => {
  const gradientOf = (frozenNormalisation: TrainingConfig['frozenNormalisation'], odd: boolean) => {
    const config = smallConfig({ frozenNormalisation });
    const gan = odd ? withOddStatistics(config, 'discriminator') : createGan(config);
    return imagePass(config, gan, realTensor(4)).gradient.dataSync();
  };

  it('normalises by the batch, whatever the moving statistics are, unless it is told to', () => {
    expect(gradientOf('batch', true)).toEqual(gradientOf('batch', false));
  });

  it('normalises by its moving statistics where it is told to', () => {
    expect(gradientOf('moving', true)).not.toEqual(gradientOf('moving', false));
  });

  it('shows in which direction an image looks more real', () => {
    const config = smallConfig();
    const gan = createGan(config);
    const images = realTensor(4);
    // The same draws of dropout each time.
    const pass = (x: tf.Tensor4D) => imagePass(config, { ...gan, random: randomFromSeed(5) }, x);
    const { loss, gradient } = pass(images);
    const step = tf.sub(images, tf.mul(gradient, 20)) as tf.Tensor4D;
    expect(pass(step).loss).toBeLessThan(loss);
  });
});

describe('dropout', () => {
  it('leaves out as many as its rate says and scales up the others, so that the mean stays', () => {
    const factors = trainingPass(randomFromSeed(1)).dropout?.(20_000, 0.4) ?? expect.fail();
    const kept = factors.filter((factor) => factor !== 0);
    expect(kept.every((factor) => Math.abs(factor - 1 / 0.6) < 1e-6)).toBe(true);
    expect(kept.length / factors.length).toBeGreaterThan(0.58);
    expect(kept.length / factors.length).toBeLessThan(0.62);
  });
});

describe('the averaged generator', () => {
  it('follows by its own decay as soon as that is shorter than the start asks for', () => {
    const config = smallConfig({ average: 0.1 });
    const gan = createGan(config);
    const start = copyWeights(gan.generator.weights);
    trainStep(config, gan, realImages(4));
    for (const name of ['rgb/kernel', 'norm_1/moving_mean']) {
      const [before, now] = [start.get(name)?.[0] as number, gan.generator.weights.get(name)?.[0] as number];
      expect(now, name).not.toBe(before);
      expect(gan.average.get(name)?.[0], name).toBeCloseTo(0.1 * before + 0.9 * now, 7);
    }
  });

  it('is the generator itself where none is kept', () => {
    const gan = createGan(smallConfig({ average: 0 }));
    expect(gan.average).toBe(gan.generator.weights);
  });
});
