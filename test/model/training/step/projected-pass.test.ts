import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { enlarge } from '../../../../model/tensorflow/enlarge.ts';
import { openNetwork } from '../../../../model/tensorflow/frozen-forward.ts';
import { mix } from '../../../../model/tensorflow/mixing.ts';
import { createGan, type Gan } from '../../../../model/training/step/gan.ts';
import { newOptimizerState } from '../../../../model/training/step/optimizer.ts';
import { projectedDiscriminator } from '../../../../model/training/step/projected-pass.ts';
import { trainStep } from '../../../../model/training/step/train-step.ts';
import { copyWeights } from '../../../../model/training/step/weights.ts';
import { formulaWeights } from '../../../fixtures/keras/formula-weights.ts';
import { madeFeatures, madeMixing, madeNetwork, madeWeights } from '../../../support/projected.ts';
import { smallConfig } from '../../../support/training.ts';
import '../../../support/tensorflow.ts';

interface Summary {
  sum: number;
  sumAbs: number;
  maxAbs: number;
  first: number[];
}

interface Pass {
  loss: number;
  gradients: Record<string, Summary>;
  said: number[];
  singular: Record<string, Summary>;
}

/** PyTorch's numbers, in float64; the file's note says of what. */
const pytorch: {
  enlarged: Summary;
  taps: Summary[];
  mixed: Summary[];
  real: Pass;
  fake: Pass;
  image: { loss: number; gradient: Summary };
} = JSON.parse(readFileSync(new URL('../../../fixtures/projected/passes.json', import.meta.url), 'utf8'));

const config = smallConfig({ discriminator: 'projected', loss: 'hinge', lecam: 0.5, discriminatorUpdates: 'combined' });

function images(phase: number): tf.Tensor4D {
  const pixels = 32 * 32 * 3;
  const value = (at: number) => Math.sin(0.013 * (at % pixels) + Math.floor(at / pixels) + phase);
  return tf.tensor4d(
    Float32Array.from({ length: 4 * pixels }, (_, at) => value(at)),
    [4, 32, 32, 3],
  );
}

/** Heads with weights by formula, which have said of both kinds what the reference assumes. */
function formulaGan(): Gan {
  const gan = createGan(config);
  const { network } = gan.discriminator;
  return {
    ...gan,
    discriminator: { network, weights: formulaWeights(network), optimizer: newOptimizerState() },
    headsSaid: [0, 1, 2, 3].map((head) => ({ real: 0.3 + 0.1 * head, fake: -0.2 - 0.1 * head })),
  };
}

const opened = () => projectedDiscriminator(config, madeFeatures(), madeMixing());

describe('what a projected discriminator looks at', () => {
  const enlarged = () => enlarge(images(0), 64);
  const prepared = () =>
    tf.add(tf.mul(enlarged(), tf.tensor1d([0.9, 1.1, 1.2])), tf.tensor1d([0.05, -0.1, 0.02])) as tf.Tensor4D;
  const taps = () => {
    return openNetwork(madeNetwork, madeWeights(), 'float32').taps(prepared());
  };

  it('is the image enlarged as PyTorch enlarges it', () => {
    expectSummary('enlarged', enlarged().dataSync(), pytorch.enlarged);
  });

  it('is mapped by the frozen network as by PyTorch, bounded on both sides and added to', () => {
    taps().forEach((tap, at) => {
      expectSummary(`tap ${at}`, tap.dataSync(), pytorch.taps[at] as Summary);
    });
  });

  it('is mixed across channels and scales as by PyTorch', () => {
    mix(madeMixing(), taps()).forEach((map, at) => {
      expectSummary(`mixed ${at}`, map.dataSync(), pytorch.mixed[at] as Summary);
    });
  });
});

describe('a pass of a projected discriminator', () => {
  it.each([
    { kind: 'real', phase: 0 },
    { kind: 'fake', phase: 0.5 },
  ] as const)("has PyTorch's loss, gradients, singular vectors and averages on a $kind batch", ({ kind, phase }) => {
    const gan = formulaGan();
    const { loss, gradients } = opened().look(config, gan, images(phase), 'own').pass(kind);
    // PyTorch's own float32 is 2e-5 away.
    expect(loss).toBeCloseTo(pytorch[kind].loss, 4);
    // Batch normalisation takes the biases before it away.
    const learnt = Object.keys(pytorch[kind].gradients);
    expect([...gradients.keys()].sort()).toEqual(learnt.sort());
    for (const [name, values] of gradients) expectSummary(name, values, pytorch[kind].gradients[name] as Summary);
    for (const [name, summary] of Object.entries(pytorch[kind].singular))
      expectSummary(name, gan.discriminator.weights.get(`${name}/singular`) ?? new Float32Array(), summary);
    gan.headsSaid.forEach((said, head) => {
      expect(said[kind]).toBeCloseTo(pytorch[kind].said[head] as number, 6);
    });
  });

  it("has the generator's loss and its gradient in every pixel, and leaves the discriminator as it is", () => {
    const gan = formulaGan();
    const before = copyWeights(gan.discriminator.weights);
    const { loss, gradient } = opened().look(config, gan, images(0.5), 'both').imagePass();
    expect(loss).toBeCloseTo(pytorch.image.loss, 5);
    // PyTorch's own float32 is 3e-4 away.
    expectSummary('image', gradient.dataSync(), pytorch.image.gradient, 1e-3);
    expect(gan.discriminator.weights).toEqual(before);
  });
});

describe('a training step with a projected discriminator', () => {
  const real = Float32Array.from({ length: 4 * 32 * 32 * 3 }, (_, i) => Math.sin(i * 0.37));

  it('moves generator and heads, leaves no tensor, and is the same to the bit the next time', () => {
    const discriminator = opened();
    const run = () => {
      const gan = createGan(config);
      const before = { heads: copyWeights(gan.discriminator.weights), generator: copyWeights(gan.generator.weights) };
      const tensors = tf.memory().numTensors;
      const losses = [1, 2].map(() => trainStep(config, gan, real, discriminator));
      expect(tf.memory().numTensors).toBe(tensors);
      for (const name of ['up_1/kernel', 'rgb/kernel'])
        expect(gan.generator.weights.get(name), name).not.toEqual(before.generator.get(name));
      for (const name of ['head_1_down_1/kernel', 'head_4_last_norm/gamma', 'head_2_logits/bias'])
        expect(gan.discriminator.weights.get(name), name).not.toEqual(before.heads.get(name));
      return { losses, weights: gan.discriminator.weights, generator: gan.generator.weights };
    };
    expect(run()).toEqual(run());
  });

  it('frees what it held on to', () => {
    const tensors = tf.memory().numTensors;
    opened().dispose?.();
    expect(tf.memory().numTensors).toBe(tensors);
  });
});

/** float32 against float64: sums of many values may differ by their rounding. */
function expectSummary(
  name: string,
  values: ArrayLike<number>,
  { sum, sumAbs, maxAbs, first }: Summary,
  tolerance = 2e-4,
): void {
  const own = Array.from(values);
  const total = own.reduce((all, value) => all + value, 0);
  const size = own.reduce((all, value) => all + Math.abs(value), 0);
  const largest = own.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  expect(Math.abs(size - sumAbs), `${name}: sum of sizes`).toBeLessThan(tolerance * sumAbs + 1e-9);
  expect(Math.abs(total - sum), `${name}: sum`).toBeLessThan(tolerance * sumAbs + 1e-9);
  expect(Math.abs(largest - maxAbs), `${name}: largest`).toBeLessThan(tolerance * maxAbs + 1e-9);
  first.forEach((value, at) => {
    expect(Math.abs((own[at] ?? Number.NaN) - value), `${name}[${at}]`).toBeLessThan(tolerance * maxAbs + 1e-9);
  });
}
