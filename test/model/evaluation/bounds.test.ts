import { describe, expect, it } from 'vitest';
import { checkCopying, heldOutDistanceOf } from '../../../model/evaluation/copying.ts';
import { kernelDistance } from '../../../model/evaluation/kernel.ts';
import { protocol } from '../../../model/evaluation/protocol.ts';
import { nameCopying } from '../../../model/evaluation/result.ts';
import type { Random } from '../../../model/random.ts';
import { features } from '../../support/evaluation.ts';

describe('the protocol', () => {
  it('is fixed: whoever changes a number raises the version, and this', () => {
    expect(protocol).toEqual({
      version: 2,
      cars: 2048,
      firstSeed: 0,
      heldOutPart: 0.15,
      subsets: 100,
      largestSubset: 1000,
      subsetSeed: 0,
      neighbours: 3,
      closestPairs: 12,
    });
  });
});

describe('the copying check', () => {
  const training = features([[0], [100]]);

  it('takes the mean of the two in the middle for the median of an even number', async () => {
    // 1, 2, 4 and 9 from the nearest.
    expect(await heldOutDistanceOf(features([[1], [98], [4], [109]]), training)).toBe(3);
    expect(await heldOutDistanceOf(features([[1], [98], [4]]), training)).toBe(2);
  });

  it('suspects what is nearer than three fifths of what held-out images are, and nothing at or beyond that', async () => {
    const { suspicious } = await checkCopying(features([[5.9], [6.1], [94.1], [50]]), training, 10, 4);
    expect(suspicious).toBe(2);
    expect((await checkCopying(features([[6], [94]]), training, 10, 2)).suspicious).toBe(0);
  });

  it('names mirror images by the image that they are of, and seeds from the first on, round the end', () => {
    const closest = [
      { car: 0, training: 3, ratio: 1 },
      { car: 1, training: 4, ratio: 1 },
    ];
    const copying = { heldOutDistance: 1, medianRatio: 1, smallestRatio: 1, suspicious: 0, closest };
    const named = nameCopying(copying, 4294967295, { count: 4, provenance: undefined });
    expect(named?.closest).toEqual([
      { seed: 4294967295, training: 3, mirrored: false, ratio: 1 },
      { seed: 0, training: 0, mirrored: true, ratio: 1 },
    ]);
  });
});

describe('the spread of the kernel distance', () => {
  /** The estimate, written down as the paper has it, for one feature. */
  function estimate(x: readonly number[], y: readonly number[]): number {
    const kernel = (a: number, b: number) => (a * b + 1) ** 3;
    const within = (set: readonly number[]) =>
      set.flatMap((a, i) => set.filter((_, j) => j !== i).map((b) => kernel(a, b))).reduce((sum, one) => sum + one, 0) /
      (set.length * (set.length - 1));
    const between = x.flatMap((a) => y.map((b) => kernel(a, b))).reduce((sum, one) => sum + one, 0);
    return within(x) + within(y) - (2 * between) / (x.length * y.length);
  }

  it('is the standard deviation over subsets that are drawn without putting back', async () => {
    const [x, y] = [
      [0, 1, 2, -1],
      [1, -2, 0.5, 3],
    ];
    // Each draw swaps the next row with the one that far behind it.
    const draws = [0, 0, 3, 2, 1, 1, 0, 2];
    const random = { integer: () => draws.shift() ?? expect.fail('one more draw') } as unknown as Random;
    const rows = (values: readonly number[]) => features(values.map((value) => [value]));
    const { distance, spread, subsetSize } = await kernelDistance(rows(x), rows(y), {
      subsets: 2,
      subsetSize: 2,
      random,
    });
    const first = estimate([0, 1], [3, 1]);
    // y: row 0 swapped with row 3, then row 1 with row 3, where row 0 is by then.
    const second = estimate([1, 2], [1, 3]);
    const mean = (first + second) / 2;
    expect(distance).toBeCloseTo(estimate(x, y), 6);
    expect(subsetSize).toBe(2);
    expect(draws).toEqual([]);
    expect(spread).toBeCloseTo(Math.sqrt(((first - mean) ** 2 + (second - mean) ** 2) / 2), 6);
  });
});
