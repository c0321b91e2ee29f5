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
    // Then 0.9 * 0.4 + 0.1 * 1^2 = 0.46: 0.01 / sqrt(0.46) = 0.0147442 more.
    expect(step({ kind: 'rmsprop', rate: 0.01 }, [2, 1])).toBeCloseTo(0.953633, 6);
    // With a decay of 0.5: 0.5 * 2^2 = 2, then 0.5 * 2 + 0.5 * 1^2 = 1.5: 0.01 * (2 / sqrt(2) + 1 / sqrt(1.5)).
    expect(step({ kind: 'rmsprop', rate: 0.01, decay: 0.5 }, [2, 1])).toBeCloseTo(0.977693, 6);
    // -0.1, then 0.5 * -0.1 - 0.05 = -0.1
    expect(step({ kind: 'sgd', rate: 0.1, momentum: 0.5 }, [1, 0.5])).toBeCloseTo(0.8, 6);
  });
});

describe('an update', () => {
  const options = optimizerSchema.parse({ kind: 'adam', rate: 0.1 });

  it('goes by the moments of each weight alone, and counts once for all of them', () => {
    const run = (names: readonly string[]) => {
      const weights = new Map(names.map((name) => [name, Float32Array.of(1)]));
      const state = newOptimizerState();
      for (const size of [1, 2]) {
        const gradients = names.map((name, at) => [name, Float32Array.of(at === 0 ? size : -5 * size)] as const);
        applyGradients(options, state, weights, new Map(gradients));
      }
      return { value: weights.get('a')?.[0], updates: state.updates };
    };
    expect(run(['a', 'b'])).toEqual(run(['a']));
    expect(run(['a', 'b']).updates).toBe(2);
  });

  it('leaves alone what has no gradient, and refuses one for a weight that is not there', () => {
    const weights = new Map([
      ['a', Float32Array.of(1)],
      ['b', Float32Array.of(1)],
    ]);
    applyGradients(options, newOptimizerState(), weights, new Map([['a', Float32Array.of(1)]]));
    expect(weights.get('b')).toEqual(Float32Array.of(1));
    expect(weights.get('a')?.[0]).toBeCloseTo(0.9, 5);
    const stray = new Map([['c', Float32Array.of(1)]]);
    expect(() => applyGradients(options, newOptimizerState(), weights, stray)).toThrow('unknown weight c');
  });
});
