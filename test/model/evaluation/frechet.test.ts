import { describe, expect, it } from 'vitest';
import { frechetDistance } from '../../../model/evaluation/frechet.ts';
import { features, formulaFeatures, metricNumbers } from '../../support/evaluation.ts';

/** A set whose sample mean is `mean` and whose sample covariance is diagonal with these deviations, exactly. */
function gaussian(mean: readonly number[], deviations: readonly number[]) {
  const points = deviations.flatMap((deviation, axis) => {
    const reach = deviation * Math.sqrt((2 * deviations.length - 1) / 2);
    return [reach, -reach].map((offset) => mean.map((value, at) => (at === axis ? value + offset : value)));
  });
  return features(points);
}

describe('frechetDistance', () => {
  it.each(metricNumbers().cases)('gives what scipy gives for $a and $b', async ({ a, b, frechet }) => {
    expect(await frechetDistance(formulaFeatures(a), formulaFeatures(b))).toBeCloseTo(frechet, 5);
    expect(await frechetDistance(formulaFeatures(b), formulaFeatures(a))).toBeCloseTo(frechet, 5);
  });

  it('is 0 for the same set, with more and with fewer pictures than features', async () => {
    for (const size of [5, 60]) {
      const set = formulaFeatures({ count: 30, size, s: 0.4 });
      expect(await frechetDistance(set, set)).toBeCloseTo(0, 5);
    }
  });

  it('is the closed form for two Gaussians along the axes: of the means, and of the deviations', async () => {
    const [one, other] = [gaussian([0, 1, 2], [1, 2, 3]), gaussian([1, 1, 0], [2, 2, 1])];
    expect(await frechetDistance(one, other)).toBeCloseTo(1 + 4 + (1 + 0 + 4), 5);
  });

  it('refuses a set of one picture', async () => {
    await expect(frechetDistance(features([[1, 2]]), features([[1, 2]]))).rejects.toThrow('two pictures');
  });
});
