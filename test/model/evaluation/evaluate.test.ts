import { describe, expect, it } from 'vitest';
import { createEvaluation, type ReferenceSets } from '../../../model/evaluation/evaluate.ts';
import type { FeatureSet } from '../../../model/evaluation/feature-set.ts';
import { formulaFeatures } from '../../support/evaluation.ts';

const set = (count: number, s = 0) => formulaFeatures({ count, size: 6, s });
const joined = (one: FeatureSet, other: FeatureSet): FeatureSet => ({
  values: Float32Array.from([...one.values, ...other.values]),
  count: one.count + other.count,
  size: one.size,
});

/** All in one. */
const evaluate = ({ cars, ...reference }: ReferenceSets & { readonly cars: FeatureSet }) =>
  createEvaluation(reference)(cars);

describe('createEvaluation', () => {
  const far = set(30, 40);
  /** The first set, hardly moved. */
  const near = { ...set(30), values: set(30).values.map((value) => value + 1e-4) };

  it('compares cars and training pictures with the same real pictures, and leaves mirror images out of the floor', async () => {
    const { scores, floor, floorOf } = await evaluate({ cars: far, real: near, training: joined(set(30), far) });
    expect(floor.fid).toBeCloseTo(0, 4);
    expect(floor).toMatchObject({ precision: 1, recall: 1 });
    expect(scores.fid).toBeGreaterThan(10);
    expect(scores).toMatchObject({ precision: 0, recall: 0 });
    expect(floorOf).toBe('training');
  });

  it('counts copies of mirror images as copies', async () => {
    const { copying } = await evaluate({ cars: far, real: set(30, 0.3), training: joined(set(30), far) });
    expect(copying).toMatchObject({ smallestRatio: 0, medianRatio: 0, suspicious: 30 });
    expect(copying?.closest[0]?.training).toBeGreaterThanOrEqual(30);
  });

  it('takes the halves of the real pictures for a floor where the training pictures are not there', async () => {
    const result = await evaluate({ cars: set(40), real: set(40) });
    expect(result.scores.fid).toBeCloseTo(0, 4);
    expect(result.floor.fid).toBeGreaterThan(result.scores.fid);
    expect({ floorOf: result.floorOf, copying: result.copying }).toEqual({ floorOf: 'halves', copying: undefined });
    expect(await evaluate({ cars: set(40), real: set(40) })).toEqual(result);
  });

  it.each([
    ['15 real pictures', { cars: set(20), real: set(15) }],
    ['15 cars', { cars: set(15), real: set(20) }],
    ['10 training pictures', { cars: set(20), real: set(20), training: set(20) }],
  ])('refuses %s', async (text, sets) => {
    await expect(async () => evaluate(sets)).rejects.toThrow(`${text} are too few to measure with: at least 16`);
  });

  it('says the same of a second set of cars as if it were the first, without measuring the real pictures again', async () => {
    const reference = { real: set(30, 0.3), training: joined(set(30), far) };
    const again = createEvaluation(reference);
    const told: string[] = [];
    await again(set(40, 2));
    expect(await again(far, (what) => told.push(what))).toEqual(await evaluate({ cars: far, ...reference }));
    expect(told).toEqual(['comparing the cars with the real pictures', 'looking for copies']);
  });

  it('refuses to look for copies where the real pictures are those of the training', async () => {
    const overlapping = { cars: far, real: set(30), training: joined(set(30), far) };
    await expect(evaluate(overlapping)).rejects.toThrow('Most of the real pictures are training pictures too');
  });
});
