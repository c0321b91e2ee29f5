import { describe, expect, it } from 'vitest';
import { isAllFinite, watchDivergence } from '../../../model/training/divergence.ts';
import { createGan } from '../../../model/training/step/gan.ts';
import { smallConfig } from '../../support/training.ts';

const losses = (each: number, generator = 5) => ({ discriminatorReal: each, discriminatorFake: each, generator });

/** What a watch with a window of ten says of so many steps of one loss. */
function said(each: number, steps: number, generator?: number) {
  const watch = watchDivergence(smallConfig(), 10);
  return Array.from({ length: steps }, () => watch.add(losses(each, generator))).filter(Boolean);
}

describe('the watch over a run', () => {
  it('calls it one-sided when both losses together are within 0.02 of the least, as a mean over the window', () => {
    expect(said(0.0095, 10)).toEqual(['one-sided']);
    expect(said(0.0105, 10)).toEqual([]);
    const watch = watchDivergence(smallConfig(), 10);
    const mixed = Array.from({ length: 10 }, (_, step) => watch.add(losses(step < 5 ? 0.001 : 0.018)));
    expect(mixed.filter(Boolean)).toEqual(['one-sided']);
    const high = watchDivergence(smallConfig(), 10);
    const ended = Array.from({ length: 10 }, (_, step) => high.add(losses(step === 9 ? 0.2 : 0.001)));
    expect(ended.filter(Boolean)).toEqual([]);
  });

  it('calls it a contradiction when both networks are within 0.1 of their least for twenty steps in a row', () => {
    const words = (each: number, generator: number) =>
      said(each, 20, generator).filter((word) => word === 'contradiction');
    expect(words(0.049, 0.099)).toEqual(['contradiction']);
    expect(words(0.051, 0.099)).toEqual([]);
    expect(words(0.049, 0.101)).toEqual([]);
    const watch = watchDivergence(smallConfig(), 1000);
    const broken = Array.from({ length: 30 }, (_, step) => watch.add(losses(0.01, step === 15 ? 1 : 0.01)));
    expect(broken.filter(Boolean)).toEqual([]);
  });
});

describe('a run whose weights are all finite', () => {
  it.each(['generator', 'discriminator'] as const)(
    'is told from one with a single weight of the %s that is not',
    (player) => {
      for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
        const gan = createGan(smallConfig());
        expect(isAllFinite(gan)).toBe(true);
        [...gan[player].weights.values()].at(-1)?.fill(value, 0, 1);
        expect(isAllFinite(gan)).toBe(false);
      }
    },
  );
});
