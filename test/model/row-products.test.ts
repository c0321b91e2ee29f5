import { describe, expect, it } from 'vitest';
import { productBlocks, type Rows } from '../../model/row-products.ts';
import { formulaFeatures } from '../support/evaluation.ts';

/** All products in one table, row by row; NaN where no block told of one. */
async function table(a: Rows, b: Rows, upper = false): Promise<Float64Array> {
  const all = new Float64Array(a.count * b.count).fill(Number.NaN);
  for await (const { firstRow, rows, firstColumn, columns, products } of productBlocks(a, b, { upper }))
    for (let row = 0; row < rows; row++)
      all.set(products.subarray(row * columns, (row + 1) * columns), (firstRow + row) * b.count + firstColumn);
  return all;
}

describe('productBlocks', () => {
  it('multiplies by hand what is small', async () => {
    const a = { values: Float32Array.of(1, 2, 3, 4), count: 2, size: 2 };
    const b = { values: Float32Array.of(5, 6, 7, 8, 9, 10), count: 3, size: 2 };
    expect(await table(a, b)).toEqual(Float64Array.of(17, 23, 29, 39, 53, 67));
  });

  it('tells the same by ONNX Runtime, of more rows and columns than a block has, as a plain sum in doubles', async () => {
    const [a, b] = [formulaFeatures({ count: 700, size: 3, s: 0 }), formulaFeatures({ count: 2100, size: 3, s: 1 })];
    const products = await table(a, b);
    for (const [i, j] of [
      [0, 0],
      [511, 2047],
      [512, 2048],
      [699, 2099],
    ] as const) {
      const sum = [0, 1, 2].reduce(
        (total, at) => total + (a.values[i * 3 + at] as number) * (b.values[j * 3 + at] as number),
        0,
      );
      expect(products[i * 2100 + j]).toBeCloseTo(sum, 5);
    }
    expect(products.some(Number.isNaN)).toBe(false);
  });

  it('leaves out what lies wholly below the diagonal, and no more', async () => {
    const set = formulaFeatures({ count: 2200, size: 2, s: 0 });
    const products = await table(set, set, true);
    const isMissing = (i: number, j: number) => Number.isNaN(products[i * 2200 + j]);
    const numbers = Array.from({ length: 2200 }, (_, index) => index);
    expect(numbers.filter((i) => numbers.some((j) => j > i && isMissing(i, j)))).toEqual([]);
    expect([isMissing(2100, 0), isMissing(2100, 2100)]).toEqual([true, false]);
  });
});
