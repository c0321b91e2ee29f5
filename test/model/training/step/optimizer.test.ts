import { describe, expect, it } from 'vitest';
import { optimizerSchema } from '../../../../model/training/config.ts';
import { applyGradients, newOptimizerState } from '../../../../model/training/step/optimizer.ts';
import { kerasNumbers } from '../../../support/keras.ts';

interface Series {
  start: number[];
  gradients: number[][];
  weights: number[][];
}

describe('Adam', () => {
  it.each(['usual', 'tiny'] as const)('moves weights as Keras does along %s gradients', (name) => {
    const { start, gradients, weights } = kerasNumbers<Record<'usual' | 'tiny', Series>>('adam')[name];
    const options = optimizerSchema.parse({ kind: 'adam' });
    const state = newOptimizerState();
    const values = new Map([['w', Float32Array.from(start)]]);
    gradients.forEach((gradient, update) => {
      applyGradients(options, state, values, new Map([['w', Float32Array.from(gradient)]]));
      weights[update]?.forEach((expected, at) => {
        const moved = Math.abs(expected - (start[at] ?? 0));
        expect(Math.abs((values.get('w')?.[at] ?? Number.NaN) - expected)).toBeLessThanOrEqual(moved * 1e-4 + 2.5e-7);
      });
    });
  });
});

describe('RMSprop and SGD', () => {
  it('follow their formulas, worked out by hand', () => {
    const step = (options: unknown, gradients: number[]) => {
      const values = new Map([['w', Float32Array.of(1)]]);
      const state = newOptimizerState();
      for (const gradient of gradients)
        applyGradients(optimizerSchema.parse(options), state, values, new Map([['w', Float32Array.of(gradient)]]));
      return values.get('w')?.[0];
    };
    // 0.1 * 2^2 = 0.4; 0.01 * 2 / sqrt(0.4) = 0.0316228
    expect(step({ kind: 'rmsprop', rate: 0.01 }, [2])).toBeCloseTo(0.9683772, 6);
    // -0.1, then 0.5 * -0.1 - 0.05 = -0.1
    expect(step({ kind: 'sgd', rate: 0.1, momentum: 0.5 }, [1, 0.5])).toBeCloseTo(0.8, 6);
  });
});
