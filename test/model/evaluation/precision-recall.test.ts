import { describe, expect, it } from 'vitest';
import { precisionRecall } from '../../../model/evaluation/precision-recall.ts';
import { features, formulaFeatures, metricNumbers } from '../../support/evaluation.ts';

const { precisionRecall: cases, blocks } = metricNumbers();

describe('precisionRecall', () => {
  it.each(cases)('gives what numpy gives for $a and $b', async ({ a, b, precision, recall }) => {
    const [generated, real] = [formulaFeatures(a), formulaFeatures(b)];
    expect(await precisionRecall(generated, real, 3)).toMatchObject({ precision, recall });
    expect(await precisionRecall(real, generated, 3)).toMatchObject({ precision: recall, recall: precision });
  });

  it('takes the larger set in blocks of the smaller one and averages', async () => {
    const { precision, recall } = await precisionRecall(formulaFeatures(blocks.a), formulaFeatures(blocks.b), 3);
    expect(precision).toBeCloseTo(blocks.precision, 12);
    expect(recall).toBeCloseTo(blocks.recall, 12);
  });

  it('is all for the same set and nothing for sets far apart', async () => {
    const set = formulaFeatures({ count: 20, size: 4, s: 0 });
    const far = { ...set, values: set.values.map((value) => value + 100) };
    expect(await precisionRecall(set, set, 3)).toMatchObject({ precision: 1, recall: 1 });
    expect(await precisionRecall(set, far, 3)).toMatchObject({ precision: 0, recall: 0 });
  });

  it('tells good pictures of one kind from poor ones of all kinds', async () => {
    const real = features([[0], [1], [2], [3], [10], [11], [12], [13]]);
    // All of the first kind: perfect, and half of what there is.
    const oneKind = features([[0.1], [0.4], [0.9], [1.2], [1.7], [2.2], [2.6], [2.9]]);
    const found = await precisionRecall(oneKind, real, 1);
    expect(found).toMatchObject({ precision: 1, recall: 0.5 });
    expect([...found.covered]).toEqual([1, 1, 1, 1, 0, 0, 0, 0]);
  });

  it('says of each real image in how many comparisons it lies among the cars, and of none that was left over', async () => {
    // Of two blocks of cars the first is about the real images from 0 to 3, the second far away; the fifth real image is in no block.
    const cars = features([[0.1], [1.1], [2.1], [3.1], [90.1], [91.1], [92.1], [93.1]]);
    const real = features([[0], [1], [2], [3]]);
    expect([...(await precisionRecall(cars, real, 1)).covered]).toEqual([0.5, 0.5, 0.5, 0.5]);
    const more = features([[0], [1], [2], [3], [4]]);
    const some = features([[0.1], [1.1], [2.1], [3.1]]);
    expect([...(await precisionRecall(some, more, 1)).covered]).toEqual([1, 1, 1, 1, Number.NaN]);
  });

  it('counts an image that is just as far away as the neighbour, and none that is further', async () => {
    // Each real one's nearest neighbour is 2 away; so far from one of them lie -2 and 12, further -2.5 and 12.5.
    const real = features([[0], [2], [8], [10]]);
    expect((await precisionRecall(features([[-2], [12], [-2.5], [12.5]]), real, 1)).precision).toBe(0.5);
    // And the other way round: the nearest neighbours are 0.5 away.
    const generated = features([[-0.5], [-1], [9.5], [9]]);
    expect(await precisionRecall(generated, real, 1)).toMatchObject({ precision: 1, recall: 0.5 });
  });

  it('refuses sets too small to have neighbours', async () => {
    const few = features([[1], [2], [3]]);
    await expect(precisionRecall(few, few, 3)).rejects.toThrow('3 neighbours');
  });
});
