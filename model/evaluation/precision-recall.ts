import { type FeatureSet, rowsOf } from './feature-set.ts';
import { eachSquaredDistance, squaredRadii } from './neighbours.ts';

export interface PrecisionRecall {
  /** The part of the generated pictures that lie among the real ones: how real they are. 0 to 1. */
  readonly precision: number;
  /** The part of the real pictures that lie among the generated ones: how many kinds there are. 0 to 1. */
  readonly recall: number;
}

/**
 * Precision and recall (Kynkaanniemi et al. 2019). A picture lies among those of a set when it is no further from one of
 * them than that one's `k`-th nearest neighbour in its own set.
 *
 * Both depend on how dense a set is, so both sets have to be of the same size: the larger one is taken in as many blocks
 * of the smaller one's size as it has, and the results are averaged.
 */
export function precisionRecall(generated: FeatureSet, real: FeatureSet, k: number): PrecisionRecall {
  const size = Math.min(generated.count, real.count);
  if (size <= k) throw new Error(`${size} pictures have no ${k} neighbours each`);
  const blocks = blocksOf(generated, size).flatMap((some) =>
    blocksOf(real, size).map((others) => [some, others] as const),
  );
  const results = blocks.map(([some, others]) => ofEqualSets(some, others, k));
  const mean = (name: keyof PrecisionRecall) => results.reduce((sum, one) => sum + one[name], 0) / results.length;
  return { precision: mean('precision'), recall: mean('recall') };
}

function blocksOf(set: FeatureSet, size: number): FeatureSet[] {
  return Array.from({ length: Math.floor(set.count / size) }, (_, block) => rowsOf(set, block * size, size));
}

function ofEqualSets(generated: FeatureSet, real: FeatureSet, k: number): PrecisionRecall {
  const [ofGenerated, ofReal] = [squaredRadii(generated, k), squaredRadii(real, k)];
  const [generatedIn, realIn] = [new Uint8Array(generated.count), new Uint8Array(real.count)];
  eachSquaredDistance(generated, real, (i, j, squared) => {
    if (squared <= (ofReal[j] as number)) generatedIn[i] = 1;
    if (squared <= (ofGenerated[i] as number)) realIn[j] = 1;
  });
  return { precision: shareOf(generatedIn), recall: shareOf(realIn) };
}

function shareOf(marks: Uint8Array): number {
  return marks.reduce((sum, mark) => sum + mark, 0) / marks.length;
}
