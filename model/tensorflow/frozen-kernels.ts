import * as tf from '@tensorflow/tfjs-core';
import { narrow, widen } from './bfloat16/cast.ts';
import { type Attribute, attribute, hasNativeKernels, runKernelOnce, typeAttribute } from './native-kernels.ts';
import type { Precision } from './precision.ts';

/**
 * What a frozen network is computed with: convolutions that pad "same", forward and back to their input, never to their weights.
 * By TensorFlow's own kernels where the native backend is loaded, since TensorFlow.js composes a bias, a bounded ReLU and its
 * gradient out of several passes over the whole map.
 */
export interface FrozenKernels {
  /** A weight as `convolve`, `convolveBack` and `addBias` take it. */
  weight(values: tf.Tensor): FrozenWeight;
  /** A map as the other functions take it, out of float32. */
  enter(map: tf.Tensor4D): tf.Tensor4D;
  /** A map as float32. */
  leave(map: tf.Tensor4D): tf.Tensor4D;
  convolve(kind: ConvolutionKind, input: tf.Tensor4D, kernel: FrozenWeight, stride: number): tf.Tensor4D;
  /** The gradient in an input of `shape`, from the gradient `dy` in the output. */
  convolveBack(
    kind: ConvolutionKind,
    shape: Shape4D,
    dy: tf.Tensor4D,
    kernel: FrozenWeight,
    stride: number,
  ): tf.Tensor4D;
  add(one: tf.Tensor4D, other: tf.Tensor4D): tf.Tensor4D;
  addBias(input: tf.Tensor4D, bias: FrozenWeight): tf.Tensor4D;
  relu6(input: tf.Tensor4D): tf.Tensor4D;
  /** `dy` where the output of `relu6` lies between its ends, else 0. */
  relu6Back(dy: tf.Tensor4D, output: tf.Tensor4D): tf.Tensor4D;
}

export type ConvolutionKind = 'conv' | 'depthwise';
export type Shape4D = [number, number, number, number];

/** The same values in float32 and in what the kernels compute in; one tensor where that is float32. */
export interface FrozenWeight {
  readonly wide: tf.Tensor;
  readonly own: tf.Tensor;
}

export function frozenKernels(precision: Precision): FrozenKernels {
  return hasNativeKernels() ? native(precision) : portable;
}

const asItIs = <T>(map: T) => tf.clone(map as tf.Tensor) as T;

const portable: FrozenKernels = {
  weight: (wide) => ({ wide, own: wide }),
  enter: asItIs,
  leave: asItIs,
  convolve: (kind, input, { own }, stride) =>
    kind === 'conv'
      ? tf.conv2d(input, own as tf.Tensor4D, stride, 'same')
      : tf.depthwiseConv2d(input, own as tf.Tensor4D, stride, 'same'),
  convolveBack: (kind, shape, dy, { own: filter }, stride) => {
    if (kind === 'conv') return tf.conv2dTranspose(dy, filter as tf.Tensor4D, shape, stride, 'same');
    const attributes = { strides: stride, pad: 'same', dilations: 1, inputShape: shape };
    return tf.engine().runKernel(tf.DepthwiseConv2dNativeBackpropInput, { dy, filter }, attributes) as tf.Tensor4D;
  },
  add: (one, other) => tf.add(one, other),
  addBias: (input, { own }) => tf.add(input, own),
  relu6: (input) => tf.relu6(input),
  relu6Back: (dy, output) => tf.mul(dy, tf.cast(tf.logicalAnd(tf.greater(output, 0), tf.less(output, 6)), 'float32')),
};

function native(precision: Precision): FrozenKernels {
  const type = typeAttribute('T', precision);
  const format = attribute('data_format', 'STRING', 'NHWC');
  const run = (name: string, attributes: readonly Attribute[], inputs: readonly tf.Tensor[]) =>
    runKernelOnce(name, attributes, inputs) as tf.Tensor4D;
  const rounds = precision === 'bfloat16';
  const back = (kind: ConvolutionKind, shape: Shape4D, dy: tf.Tensor4D, kernel: tf.Tensor, attributes: Attribute[]) => {
    const sizes = tf.tensor1d(shape, 'int32');
    const gradient = run(`${kernelNames[kind]}BackpropInput`, attributes, [sizes, kernel, dy]);
    sizes.dispose();
    return gradient;
  };
  return {
    weight: (wide) => ({ wide, own: rounds ? narrow(wide) : wide }),
    enter: (map) => (rounds ? (narrow(map) as tf.Tensor4D) : asItIs(map)),
    leave: (map) => (rounds ? (widen(map) as tf.Tensor4D) : asItIs(map)),
    convolve: (kind, input, { own }, stride) =>
      run(kernelNames[kind], convolution(kind, stride, precision), [input, own]),
    convolveBack: (kind, shape, dy, { wide, own }, stride) => {
      // In bfloat16 this one takes fifteen times as long as in float32 with both casts.
      if (!rounds || kind === 'conv' || stride === 1)
        return back(kind, shape, dy, own, convolution(kind, stride, precision));
      const wideDy = widen(dy) as tf.Tensor4D;
      const gradient = back(kind, shape, wideDy, wide, convolution(kind, stride, 'float32'));
      const rounded = narrow(gradient) as tf.Tensor4D;
      tf.dispose([wideDy, gradient]);
      return rounded;
    },
    add: (one, other) => run('AddV2', [type], [one, other]),
    addBias: (input, { own }) => run('BiasAdd', [type, format], [input, own]),
    relu6: rounds ? (input) => clip(input) : (input) => run('Relu6', [type], [input]),
    relu6Back: (dy, output) => run('Relu6Grad', [type], [dy, output]),
  };
}

const kernelNames = { conv: 'Conv2D', depthwise: 'DepthwiseConv2dNative' } as const;

function convolution(kind: ConvolutionKind, stride: number, precision: Precision): Attribute[] {
  return [
    typeAttribute('T', precision),
    attribute('data_format', 'STRING', 'NHWC'),
    attribute('strides', 'INT', [1, stride, stride, 1]),
    attribute('padding', 'STRING', 'SAME'),
    attribute('explicit_paddings', 'INT', []),
    attribute('dilations', 'INT', [1, 1, 1, 1]),
    ...(kind === 'conv' ? [attribute('use_cudnn_on_gpu', 'BOOL', true)] : []),
  ];
}

/** The same as `Relu6` of bfloat16, in a third of its time. */
function clip(input: tf.Tensor4D): tf.Tensor4D {
  const ends = [0, 6].map((end) => tf.tidy(() => narrow(tf.scalar(end))));
  const clipped = runKernelOnce('ClipByValue', [typeAttribute('T', 'bfloat16')], [input, ...ends]);
  tf.dispose(ends);
  return clipped as tf.Tensor4D;
}
