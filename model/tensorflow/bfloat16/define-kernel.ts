import * as tf from '@tensorflow/tfjs-core';

type Tensors = Readonly<Record<string, tf.Tensor>>;
type Numbers = Readonly<Record<string, number>>;

/** An operation with its gradients, by the names of its inputs. */
interface Definition {
  readonly inputs: readonly string[];
  compute(inputs: Tensors, parameters: Numbers): tf.Tensor[];
  /** The inputs whose values the gradients need. */
  readonly saves: readonly string[];
  /** The outputs whose values the gradients need, by place. */
  readonly savesOutputs?: readonly number[];
  /** One function an input, so that a gradient which nobody asks for is not computed. */
  gradients(dy: tf.Tensor, saved: readonly tf.Tensor[], parameters: Numbers): Readonly<Record<string, () => tf.Tensor>>;
}

/**
 * Registers an operation with TensorFlow.js's engine, as its own operations are (`registerKernel`, `registerGradient`): the tape
 * records it, and asks for the gradients of those inputs only that a gradient is taken in.
 *
 * @returns The operation: its inputs in the order of `definition.inputs`, its numbers by name.
 */
export function defineKernel(name: string, definition: Definition) {
  const { inputs: names, compute, saves, savesOutputs = [], gradients } = definition;
  const kernelName = `Bfloat16${name}`;
  tf.registerKernel({
    kernelName,
    backendName: 'tensorflow',
    kernelFunc: ({ inputs, attrs }) => compute(inputs as Tensors, attrs as Numbers),
  });
  const outputs = savesOutputs.length === 0 ? 0 : Math.max(...savesOutputs) + 1;
  tf.registerGradient({
    kernelName,
    inputsToSave: [...saves],
    outputsToSave: Array.from({ length: outputs }, (_, place) => savesOutputs.includes(place)),
    gradFunc: (dy, saved, attrs) =>
      gradients((Array.isArray(dy) ? dy[0] : dy) as tf.Tensor, saved, attrs as unknown as Numbers),
  });
  return (inputs: readonly tf.Tensor[], parameters: Numbers = {}): tf.Tensor[] => {
    const named = Object.fromEntries(names.map((input, at) => [input, inputs[at] as tf.Tensor]));
    const output = tf.engine().runKernel(kernelName, named, parameters as tf.NamedAttrMap) as tf.Tensor | tf.Tensor[];
    return Array.isArray(output) ? output : [output];
  };
}
