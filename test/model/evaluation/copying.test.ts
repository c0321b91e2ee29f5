import { describe, expect, it } from 'vitest';
import { checkCopying, heldOutDistanceOf } from '../../../model/evaluation/copying.ts';
import { nearest } from '../../../model/evaluation/neighbours.ts';
import { features, formulaFeatures, metricNumbers } from '../../support/evaluation.ts';

describe('nearest', () => {
  it.each(metricNumbers().cases)('finds the neighbours that numpy finds for $a in $b', async (numbers) => {
    const found = (await nearest(formulaFeatures(numbers.a), formulaFeatures(numbers.b))).slice(0, 10);
    expect(found.map(({ index }) => index)).toEqual(numbers.nearest);
    found.forEach(({ distance }, row) => {
      expect(distance).toBeCloseTo(numbers.nearestDistances[row] as number, 5);
    });
  });
});

describe('checkCopying', () => {
  const training = features([[0], [10], [20], [30]]);
  /** 2, 4 and 6 from the nearest: a median of 4. */
  const heldOut = features([[2], [14], [36]]);

  it('measures in units of how near held-out pictures come', async () => {
    const unit = await heldOutDistanceOf(heldOut, training);
    const copying = await checkCopying(features([[4], [12], [38]]), training, unit, 12);
    expect(copying).toMatchObject({ heldOutDistance: 4, medianRatio: 1, smallestRatio: 0.5, suspicious: 1 });
  });

  it('names the closest pairs, the closest first, a training picture again only at the end', async () => {
    const { closest } = await checkCopying(features([[4], [12], [10], [29]]), training, 4, 3);
    expect(closest).toEqual([
      { car: 2, training: 1, ratio: 0 },
      { car: 3, training: 3, ratio: 0.25 },
      { car: 0, training: 0, ratio: 1 },
    ]);
  });

  it('takes the mean of the two in the middle for the median of an even number', async () => {
    expect(await heldOutDistanceOf(features([[2], [14]]), training)).toBe(3);
    const copying = await checkCopying(features([[1], [12], [15], [39]]), training, 1, 1);
    expect(copying.medianRatio).toBe(3.5);
  });

  it('suspects what is nearer than 0.6 of how near held-out pictures come, and nothing at that very distance', async () => {
    const { suspicious } = await checkCopying(features([[3], [13], [22.9]]), training, 5, 1);
    expect(suspicious).toBe(1);
  });

  it('finds every copy', async () => {
    const { smallestRatio, suspicious } = await checkCopying(training, training, 4, 12);
    expect({ smallestRatio, suspicious }).toEqual({ smallestRatio: 0, suspicious: 4 });
  });
});
