import * as tf from '@tensorflow/tfjs-core';

/**
 * TensorFlow's own kernels by name, through the native backend: some are not in TensorFlow.js, some are there composed of many
 * small ones, and none is there in bfloat16.
 */

/** A named attribute of a kernel, as the native binding takes it. */
export interface Attribute {
  readonly name: string;
  readonly type: number;
  readonly value: unknown;
}

type AttributeKind = 'BOOL' | 'FLOAT' | 'INT' | 'STRING' | 'TYPE';

interface OutputMetadata {
  readonly id: number;
  readonly shape: number[];
  readonly dtype: number;
}

interface NativeBackend {
  readonly binding: Readonly<Record<`TF_ATTR_${AttributeKind}`, number>> & {
    executeOp(name: string, attributes: readonly Attribute[], inputs: number[], outputs: number): OutputMetadata[];
  };
  getInputTensorIds(tensors: readonly tf.Tensor[]): number[];
  createOutputTensor(metadata: OutputMetadata): tf.Tensor;
}

/** TensorFlow's numbers for its types (tensorflow/core/framework/types.proto). */
export const dataTypes = { float32: 1, int32: 3, bfloat16: 14 } as const;

/** Whether kernels can be run by name: the native library is loaded and computes. */
export function hasNativeKernels(): boolean {
  return tf.getBackend() === 'tensorflow';
}

export function attribute(name: string, kind: AttributeKind, value: unknown): Attribute {
  const { binding } = tf.backend() as unknown as NativeBackend;
  return { name, type: binding[`TF_ATTR_${kind}`], value };
}

/** The attribute that says which type a kernel computes in. */
export function typeAttribute(name: string, type: keyof typeof dataTypes): Attribute {
  return attribute(name, 'TYPE', dataTypes[type]);
}

/**
 * Runs one kernel on `inputs`; its outputs are tensors like any other, which `tf.tidy` frees.
 *
 * An output that is bfloat16 says that it is float32, since TensorFlow.js has no name for it: only kernels that are told the type
 * may read it (`bfloat16/`), and any other is refused by TensorFlow with an error.
 */
export function runKernel(
  name: string,
  attributes: readonly Attribute[],
  inputs: readonly tf.Tensor[],
  outputs = 1,
): tf.Tensor[] {
  const backend = tf.backend() as unknown as NativeBackend;
  return backend.binding
    .executeOp(name, attributes, backend.getInputTensorIds(inputs), outputs)
    .map((output) =>
      backend.createOutputTensor(
        output.dtype === dataTypes.bfloat16 ? { ...output, dtype: dataTypes.float32 } : output,
      ),
    );
}

/** Runs a kernel that has one output. */
export function runKernelOnce(name: string, attributes: readonly Attribute[], inputs: readonly tf.Tensor[]): tf.Tensor {
  return runKernel(name, attributes, inputs)[0] as tf.Tensor;
}
