import * as tf from '@tensorflow/tfjs-core';
import { runKernelOnce, typeAttribute } from '../native-kernels.ts';

/** Moves values of bfloat16 about; for the inside of kernels, where nothing is recorded. Whoever gets a tensor frees it. */

const ofBfloat16 = () => typeAttribute('T', 'bfloat16');

export function reshape(input: tf.Tensor, shape: readonly number[]): tf.Tensor {
  return withNumbers([shape], ([sizes]) =>
    runKernelOnce('Reshape', [ofBfloat16(), typeAttribute('Tshape', 'int32')], [input, sizes]),
  );
}

export function transpose(input: tf.Tensor, order: readonly number[]): tf.Tensor {
  return withNumbers([order], ([places]) =>
    runKernelOnce('Transpose', [ofBfloat16(), typeAttribute('Tperm', 'int32')], [input, places]),
  );
}

/** Zeros around rows and columns of `[batch, height, width, channels]`. */
export function padImage(input: tf.Tensor, around: number): tf.Tensor {
  const paddings = tf.tensor2d([0, 0, around, around, around, around, 0, 0], [4, 2], 'int32');
  const padded = runKernelOnce('Pad', [ofBfloat16(), typeAttribute('Tpaddings', 'int32')], [input, paddings]);
  paddings.dispose();
  return padded;
}

export function slice(input: tf.Tensor, begin: readonly number[], size: readonly number[]): tf.Tensor {
  return withNumbers([begin, size], ([from, sizes]) =>
    runKernelOnce('Slice', [ofBfloat16(), typeAttribute('Index', 'int32')], [input, from, sizes]),
  );
}

/** Runs `compute` with lists of whole numbers as the tensors that kernels want. */
export function withNumbers<Lists extends readonly (readonly number[])[]>(
  lists: readonly [...Lists],
  compute: (tensors: { readonly [Key in keyof Lists]: tf.Tensor }) => tf.Tensor,
): tf.Tensor {
  const tensors = lists.map((list) => tf.tensor1d([...list], 'int32'));
  const result = compute(tensors as unknown as { readonly [Key in keyof Lists]: tf.Tensor });
  tf.dispose(tensors);
  return result;
}
