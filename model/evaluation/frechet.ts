import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import type { FeatureSet } from './feature-set.ts';

/**
 * The Fréchet distance of two sets as Gaussians (Heusel et al. 2017): |m1 - m2|^2 + tr(C1 + C2 - 2 (C1 C2)^1/2), with the
 * covariances over n - 1. Squared units of the features; 0 for the same set; biased upwards where pictures are few.
 *
 * The last trace is the sum of the singular values of F1 F2^T for any factors with F^T F = C. They come from the eigenvalues of
 * that matrix with its transpose, which is symmetric: so no root of an unsymmetric matrix has to be taken, which fails
 * where there are fewer pictures than features.
 */
export function frechetDistance(a: FeatureSet, b: FeatureSet): number {
  const [one, other] = [centred(a), centred(b)];
  const means = one.mean.reduce((sum, value, at) => sum + (value - (other.mean[at] as number)) ** 2, 0);
  const [left, right] = [factor(one.rows), factor(other.rows)];
  const spread = squaredNorm(left) + squaredNorm(right) - 2 * sumOfSingularValues(left.mmul(right.transpose()));
  return Math.max(0, means + spread);
}

function centred({ values, count, size }: FeatureSet): { mean: number[]; rows: Matrix } {
  if (count < 2) throw new Error('a covariance needs two pictures');
  const rows = Matrix.from1DArray(count, size, values);
  const mean = rows.mean('column');
  return { mean, rows: rows.subRowVector(mean) };
}

/** A matrix F with F^T F the covariance of centred rows, and as few rows as possible. */
function factor(rows: Matrix): Matrix {
  const scaled = Matrix.div(rows, Math.sqrt(rows.rows - 1));
  if (rows.rows <= rows.columns) return scaled;
  const { realEigenvalues, eigenvectorMatrix } = eigenOf(scaled.transpose().mmul(scaled));
  return eigenvectorMatrix.transpose().mulColumnVector(realEigenvalues.map(rootOf));
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
