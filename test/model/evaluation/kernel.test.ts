import { describe, expect, it } from 'vitest';
import { kernelDistance } from '../../../model/evaluation/kernel.ts';
import { randomFromSeed } from '../../../model/random.ts';
import { features, formulaFeatures, metricNumbers } from '../../support/evaluation.ts';

const options = (subsetSize: number, subsets = 20) => ({ subsets, subsetSize, random: randomFromSeed(1) });

describe('kernelDistance', () => {
  it.each(metricNumbers().cases)('gives what numpy gives for $a and $b', async ({ a, b, kernel }) => {
    const { distance } = await kernelDistance(formulaFeatures(a), formulaFeatures(b), options(4));
    expect(distance).toBeCloseTo(kernel, 5);
  });

  it('is what it is by hand for two pairs of one feature', async () => {
    // k(0, 0) and k(0, x) are 1; k(1, 2) = 27. Within: 1 and 27; between: (1 + 1 + 8 + 27) / 4.
    const { distance } = await kernelDistance(features([[0], [1]]), features([[1], [2]]), options(2));
    expect(distance).toBeCloseTo(1 + 27 - (2 * (1 + 1 + 8 + 27)) / 4, 6);
  });

  it('is about 0 for two halves of one set, and far more for another one', async () => {
    const random = randomFromSeed(7);
    const draw = (shift: number) =>
      features(Array.from({ length: 400 }, () => Array.from({ length: 4 }, () => random.normal() + shift)));
    const [one, half, other] = [draw(0), draw(0), draw(1)];
    const same = await kernelDistance(one, half, options(100));
    expect(Math.abs(same.distance)).toBeLessThan(2 * same.spread);
    expect((await kernelDistance(one, other, options(100))).distance).toBeGreaterThan(5 * same.spread);
  });

  it('spreads less over larger subsets, not at all over the whole, and the same for the same seed', async () => {
    const [a, b] = [formulaFeatures({ count: 60, size: 8, s: 0 }), formulaFeatures({ count: 60, size: 8, s: 1 })];
    const [small, large] = [await kernelDistance(a, b, options(10)), await kernelDistance(a, b, options(40))];
    expect(large.spread).toBeGreaterThan(0);
    expect(large.spread).toBeLessThan(small.spread);
    expect((await kernelDistance(a, b, options(60))).spread).toBeCloseTo(0, 10);
    expect(await kernelDistance(a, b, options(10))).toEqual(small);
  });
});
