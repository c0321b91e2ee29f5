import { rowsOf } from '../row-products.ts';
import type { FeatureSet } from './feature-set.ts';
import { squaredDistanceBlocks, squaredRadii } from './neighbours.ts';

export interface PrecisionRecall {
  /** The part of the generated pictures that lie among the real ones. 0 to 1. */
  readonly precision: number;
  /** The part of the real pictures that lie among the generated ones: how many kinds there are. 0 to 1. */
  readonly recall: number;
}

export interface Covered extends PrecisionRecall {
  /** Of each real picture, in how many of the comparisons it lay among the generated ones, 0 to 1; NaN where it was in none. */
  readonly covered: Float64Array;
}

/**
 * Precision and recall (Kynkaanniemi et al. 2019). A picture lies among those of a set when it is no further from one of
 * them than that one's `k`-th nearest neighbour in its own set.
 *
 * Precision is no measure of how real a picture looks: where real pictures are few or lie far apart, their neighbourhoods
 * are wide, and blots lie in them too. It says something only of models whose KID is low.
 *
 * Both depend on how dense a set is, so both sets have to be of the same size: the larger one is taken in as many blocks
 * of the smaller one's size as it has, and the results are averaged.
 */
export async function precisionRecall(generated: FeatureSet, real: FeatureSet, k: number): Promise<Covered> {
  const size = Math.min(generated.count, real.count);
  if (size <= k) throw new Error(`${size} pictures have no ${k} neighbours each`);
  const [some, others] = [await blocksOf(generated, size, k), await blocksOf(real, size, k)];
  const results: PrecisionRecall[] = [];
  const covered = new Float64Array(real.count).fill(Number.NaN);
  covered.fill(0, 0, others.length * size);
  for (const one of some)
    for (const [at, other] of others.entries()) {
      const { generatedIn, realIn } = await ofEqualSets(one, other);
      results.push({ precision: shareOf(generatedIn), recall: shareOf(realIn) });
      realIn.forEach((mark, row) => {
        covered[at * size + row] = (covered[at * size + row] as number) + mark / some.length;
      });
    }
  const mean = (name: keyof PrecisionRecall) => results.reduce((sum, one) => sum + one[name], 0) / results.length;
  return { precision: mean('precision'), recall: mean('recall'), covered };
}

/** A set, and for each row the squared distance within which others lie among its neighbours. */
interface Neighbourhoods {
  readonly set: FeatureSet;
  readonly radii: Float64Array;
}

async function blocksOf(set: FeatureSet, size: number, k: number): Promise<Neighbourhoods[]> {
  const blocks: Neighbourhoods[] = [];
  for (let first = 0; first + size <= set.count; first += size) {
    const block = rowsOf(set, first, size);
    blocks.push({ set: block, radii: await squaredRadii(block, k) });
  }
  return blocks;
}

/** Marks for the rows of each set that lie among those of the other. */
async function ofEqualSets(generated: Neighbourhoods, real: Neighbourhoods) {
  const [generatedIn, realIn] = [new Uint8Array(generated.set.count), new Uint8Array(real.set.count)];
  for await (const block of squaredDistanceBlocks(generated.set, real.set)) {
    const { firstRow, rows, firstColumn, columns, products } = block;
    for (let row = 0; row < rows; row++) {
      const radius = generated.radii[firstRow + row] as number;
      for (let column = 0; column < columns; column++) {
        const squared = products[row * columns + column] as number;
        if (squared <= (real.radii[firstColumn + column] as number)) generatedIn[firstRow + row] = 1;
        if (squared <= radius) realIn[firstColumn + column] = 1;
      }
    }
  }
  return { generatedIn, realIn };
}

function shareOf(marks: Uint8Array): number {
  return marks.reduce((sum, mark) => sum + mark, 0) / marks.length;
}
