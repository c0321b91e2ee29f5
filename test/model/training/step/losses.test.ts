import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { discriminatorLoss, generatorLoss, lecamPull } from '../../../../model/training/step/losses.ts';
import '../../../support/tensorflow.ts';

const numberOf = (compute: () => tf.Tensor) => tf.tidy(() => compute().dataSync()[0]);
const column = (...values: number[]) => tf.tensor2d(values, [values.length, 1]);

describe('the losses, worked out by hand,', () => {
  it('are those of cross-entropy, also for a smoothed label and a large logit', () => {
    // log(1 + e^-2) = 0.126928 for the label 1; 0.1 * 2 more where the label is 0.9.
    expect(numberOf(() => discriminatorLoss('cross-entropy', column(2), column(1)))).toBeCloseTo(0.126928, 5);
    expect(numberOf(() => discriminatorLoss('cross-entropy', column(2), column(0.9)))).toBeCloseTo(0.326928, 5);
    expect(numberOf(() => discriminatorLoss('cross-entropy', column(-200), column(1)))).toBeCloseTo(200, 3);
    expect(numberOf(() => generatorLoss('cross-entropy', column(-1, 1)))).toBeCloseTo((1.313262 + 0.313262) / 2, 5);
  });

  it('are those of the hinge', () => {
    expect(numberOf(() => discriminatorLoss('hinge', column(0.25, 2), column(1, 1)))).toBeCloseTo(0.75 / 2, 6);
    expect(numberOf(() => discriminatorLoss('hinge', column(0.25, -2), column(0, 0)))).toBeCloseTo(1.25 / 2, 6);
    expect(numberOf(() => generatorLoss('hinge', column(0.5, -2)))).toBeCloseTo(0.75, 6);
  });

  it("are those of LeCam's pull, which is one-sided", () => {
    // Real, the fakes' average at 0.5: (1 - 0.5)^2 and nothing for -1. Fake, the real ones' at 0.5: nothing and 1.5^2.
    expect(numberOf(() => lecamPull('real', column(1, -1), 0.5))).toBeCloseTo(0.125, 6);
    expect(numberOf(() => lecamPull('fake', column(1, -1), 0.5))).toBeCloseTo(1.125, 6);
  });
});
