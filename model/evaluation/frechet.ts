import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { productBlocks } from '../row-products.ts';
import type { FeatureSet } from './feature-set.ts';

/**
 * The Fréchet distance of two sets as Gaussians (Heusel et al. 2017): |m1 - m2|^2 + tr(C1 + C2 - 2 (C1 C2)^1/2), with the
 * covariances over n - 1. Squared units of the features; 0 for the same set; biased upwards where pictures are few.
 *
 * The last trace is the sum of the singular values of F1 F2^T for any factors with F^T F = C. They come from the eigenvalues of
 * that matrix with its transpose, which is symmetric: so no root of an unsymmetric matrix has to be taken, which fails
 * where there are fewer pictures than features.
 */
export async function frechetDistance(a: FeatureSet, b: FeatureSet): Promise<number> {
  const [one, other] = [meanOf(a), meanOf(b)];
  const means = one.reduce((sum, value, at) => sum + (value - (other[at] as number)) ** 2, 0);
  const [left, right] = [await factor(a, one), await factor(b, other)];
  const spread = squaredNorm(left) + squaredNorm(right) - 2 * sumOfSingularValues(left.mmul(right.transpose()));
  return Math.max(0, means + spread);
}

function meanOf({ values, count, size }: FeatureSet): Float64Array {
  if (count < 2) throw new Error('a covariance needs two pictures');
  const sums = new Float64Array(size);
  for (let row = 0, at = 0; row < count; row++)
    for (let column = 0; column < size; column++, at++)
      sums[column] = (sums[column] as number) + (values[at] as number);
  return sums.map((sum) => sum / count);
}

/** A matrix F with F^T F the covariance, and as few rows as possible. */
async function factor(set: FeatureSet, mean: Float64Array): Promise<Matrix> {
  if (set.count <= set.size) {
    const rows = Matrix.from1DArray(set.count, set.size, set.values).subRowVector(mean);
    return rows.div(Math.sqrt(set.count - 1));
  }
  const { realEigenvalues, eigenvectorMatrix } = eigenOf(await covarianceOf(set, mean));
  return eigenvectorMatrix.transpose().mulColumnVector(realEigenvalues.map(rootOf));
}

/** Pictures whose products are summed at once. */
const rowsAtOnce = 4096;

async function covarianceOf({ values, count, size }: FeatureSet, mean: Float64Array): Promise<Matrix> {
  const covariance = Matrix.zeros(size, size);
  for (let first = 0; first < count; first += rowsAtOnce) {
    const rows = Math.min(rowsAtOnce, count - first);
    const columns = centredColumns(values.subarray(first * size, (first + rows) * size), mean);
    for await (const block of productBlocks(columns, columns))
      for (let row = 0, at = 0; row < block.rows; row++)
        for (let column = 0; column < block.columns; column++, at++) {
          const [i, j] = [block.firstRow + row, block.firstColumn + column];
          covariance.set(i, j, covariance.get(i, j) + (block.products[at] as number) / (count - 1));
        }
  }
  // Both halves are the same but for rounding.
  return covariance.add(covariance.transpose()).mul(0.5);
}

/** Each feature's numbers over some pictures, less its mean, one feature after the other. */
function centredColumns(values: Float32Array, mean: Float64Array): FeatureSet {
  const size = mean.length;
  const rows = values.length / size;
  const columns = new Float32Array(values.length);
  for (let row = 0, at = 0; row < rows; row++)
    for (let column = 0; column < size; column++, at++)
      columns[column * rows + row] = (values[at] as number) - (mean[column] as number);
  return { values: columns, count: size, size: rows };
}

function sumOfSingularValues(matrix: Matrix): number {
  const transposed = matrix.transpose();
  const product = matrix.rows <= matrix.columns ? matrix.mmul(transposed) : transposed.mmul(matrix);
  return eigenOf(product).realEigenvalues.reduce((sum, value) => sum + rootOf(value), 0);
}

function eigenOf(symmetric: Matrix): EigenvalueDecomposition {
  return new EigenvalueDecomposition(symmetric, { assumeSymmetric: true });
}

/** Of an eigenvalue that cannot be negative, but for rounding. */
function rootOf(value: number): number {
  return Math.sqrt(Math.max(0, value));
}

function squaredNorm(matrix: Matrix): number {
  return matrix.to1DArray().reduce((sum, value) => sum + value * value, 0);
}
