import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { randomFromState } from '../../../../model/random.ts';
import type { TrainingConfig } from '../../../../model/training/config.ts';
import { createGan, type Gan } from '../../../../model/training/step/gan.ts';
import { gradientPenalty } from '../../../../model/training/step/r1.ts';
import { trainStep } from '../../../../model/training/step/train-step.ts';
import { copyWeights } from '../../../../model/training/step/weights.ts';
import { smallConfig } from '../../../support/training.ts';
import '../../../support/tensorflow.ts';

const pictures = Float32Array.from({ length: 4 * 32 * 32 * 3 }, (_, at) => Math.sin(at * 0.37) * 0.9);

/** The penalty of a discriminator whose weight `name[at]` is moved by `by`, with the same draws each time. */
function penalty(config: TrainingConfig, gan: Gan, name = 'score/kernel', at = 0, by = 0) {
  const weights = copyWeights(gan.discriminator.weights);
  const values = weights.get(name) ?? expect.fail(name);
  values[at] = (values[at] as number) + by;
  const moved = {
    ...gan,
    random: randomFromState(gan.random.state()),
    discriminator: { ...gan.discriminator, weights },
  };
  const images = tf.tensor4d(pictures, [4, 32, 32, 3]);
  const result = gradientPenalty(config, moved, images);
  images.dispose();
  return result;
}

describe('the gradient penalty', () => {
  const config = smallConfig({ r1: 10, r1Every: 4, augment: { brightness: 0.5, translation: 0.125 } });

  it.each([
    ['conv_0/kernel', 5, 1e-4],
    ['conv_2/kernel', 40, 1e-4],
    ['conv_3/kernel', 100, 1e-3],
    ['norm_1/gamma', 3, 1e-4],
    ['score/kernel', 7, 1e-2],
  ])('has the gradient in %s that a small change of the weight measures', (name, at, by) => {
    const gan = createGan(config);
    const gradient = penalty(config, gan).gradients.get(name)?.[at] ?? expect.fail(name);
    // The changes are small, since the penalty jumps wherever a leaky ReLU turns; not smaller, since values are float32.
    const [above, below] = [penalty(config, gan, name, at, by), penalty(config, gan, name, at, -by)];
    const measured = (above.value - below.value) / (2 * by);
    expect(Math.abs(gradient - measured)).toBeLessThan(0.03 * Math.abs(measured));
    expect(Math.abs(measured)).toBeGreaterThan(1);
  });

  it('is half the squared length of the gradients in the pixels, times its weight and its interval', () => {
    const gan = createGan(config);
    const single = penalty(smallConfig({ ...config, r1: 1, r1Every: 1 }), gan).value;
    expect(single).toBeGreaterThan(0);
    expect(penalty(config, gan).value).toBeCloseTo(40 * single, 3);
  });

  it('leaves no tensor and no trace in the moving statistics', () => {
    const gan = createGan(config);
    const before = copyWeights(gan.discriminator.weights);
    const tensors = tf.memory().numTensors;
    gradientPenalty(
      config,
      gan,
      tf.tidy(() => tf.keep(tf.tensor4d(pictures, [4, 32, 32, 3]))),
    );
    expect(tf.memory().numTensors).toBe(tensors + 1);
    expect(gan.discriminator.weights).toEqual(before);
  });

  it('changes the steps that it is due in, and no others', () => {
    const [plain, penalised] = [smallConfig(), smallConfig({ r1: 10, r1Every: 2 })];
    const [without, withIt] = [createGan(plain), createGan(penalised)];
    without.step = withIt.step = 1;
    trainStep(plain, without, pictures);
    trainStep(penalised, withIt, pictures);
    expect(withIt.discriminator.weights).toEqual(without.discriminator.weights);
    trainStep(plain, without, pictures);
    trainStep(penalised, withIt, pictures);
    expect(withIt.discriminator.weights).not.toEqual(without.discriminator.weights);
  });
});
