import * as tf from '@tensorflow/tfjs-core';
import { outsideTape } from './tape.ts';

/**
 * Spectral normalisation (Miyato et al. 2018): a kernel divided by its largest singular value, which a power iteration finds
 * little by little, a turn an update. The kernel is seen as the matrix of all that one filter reads, by the filters.
 */

/** Vectors of length 1 between which a kernel's matrix `[inputs, filters]` does most. */
export interface SingularVectors {
  readonly left: tf.Tensor2D;
  /** `[filters, 1]`. */
  readonly right: tf.Tensor2D;
}

/** The vector on the side of the inputs that belongs to `right`, of any length. */
export function singularVectors(kernel: tf.Tensor, right: tf.Tensor1D): SingularVectors {
  return outsideTape(() =>
    tf.tidy(() => {
      const column = unit(tf.reshape(right, [-1, 1]));
      return { left: unit(tf.matMul(matrixOf(kernel), column)), right: column };
    }),
  );
}

/** One turn of the power iteration: there, and back to the side of the filters. */
export function nextSingularVectors(kernel: tf.Tensor, right: tf.Tensor1D): SingularVectors {
  return outsideTape(() =>
    tf.tidy(() => {
      const { left } = singularVectors(kernel, right);
      return { left, right: unit(tf.matMul(matrixOf(kernel), left, true)) };
    }),
  );
}

/** The kernel over the singular value that the vectors find in it; they are constants to its gradient. */
export function spectralNorm<T extends tf.Tensor>(kernel: T, { left, right }: SingularVectors): T {
  return tf.tidy(() => {
    const value = tf.sum(tf.mul(tf.matMul(matrixOf(kernel), right), left));
    return tf.div(kernel, value) as T;
  });
}

function matrixOf(kernel: tf.Tensor): tf.Tensor2D {
  return tf.reshape(kernel, [-1, kernel.shape.at(-1) ?? 1]);
}

function unit(column: tf.Tensor2D): tf.Tensor2D {
  return tf.div(column, tf.maximum(tf.norm(column), 1e-12));
}
