import * as tf from '@tensorflow/tfjs-core';

/**
 * What a frozen network is computed with: convolutions that pad "same", forward and back to their input, never to their weights.
 * By TensorFlow's own kernels where the native backend is loaded, since TensorFlow.js composes a bias, a bounded ReLU and its
 * gradient out of several passes over the whole map.
 */
export interface FrozenKernels {
  convolve(kind: ConvolutionKind, input: tf.Tensor4D, kernel: tf.Tensor4D, stride: number): tf.Tensor4D;
  /** The gradient in an input of `shape`, from the gradient `dy` in the output. */
  convolveBack(
    kind: ConvolutionKind,
    shape: Shape4D,
    dy: tf.Tensor4D,
    kernel: tf.Tensor4D,
    stride: number,
  ): tf.Tensor4D;
  addBias(input: tf.Tensor4D, bias: tf.Tensor1D): tf.Tensor4D;
  relu6(input: tf.Tensor4D): tf.Tensor4D;
  /** `dy` where the output of `relu6` lies between its ends, else 0. */
  relu6Back(dy: tf.Tensor4D, output: tf.Tensor4D): tf.Tensor4D;
}

export type ConvolutionKind = 'conv' | 'depthwise';
export type Shape4D = [number, number, number, number];

export function frozenKernels(): FrozenKernels {
  return tf.getBackend() === 'tensorflow' ? native() : portable;
}

const portable: FrozenKernels = {
  convolve: (kind, input, kernel, stride) =>
    kind === 'conv' ? tf.conv2d(input, kernel, stride, 'same') : tf.depthwiseConv2d(input, kernel, stride, 'same'),
  convolveBack: (kind, shape, dy, kernel, stride) => {
    if (kind === 'conv') return tf.conv2dTranspose(dy, kernel, shape, stride, 'same');
    const attributes = { strides: stride, pad: 'same', dilations: 1, inputShape: shape };
    return tf
      .engine()
      .runKernel(tf.DepthwiseConv2dNativeBackpropInput, { dy, filter: kernel }, attributes) as tf.Tensor4D;
  },
  addBias: (input, bias) => tf.add(input, bias),
  relu6: (input) => tf.relu6(input),
  relu6Back: (dy, output) => tf.mul(dy, tf.cast(tf.logicalAnd(tf.greater(output, 0), tf.less(output, 6)), 'float32')),
};

/** The part of the native backend that runs one of TensorFlow's own kernels by its name. */
interface NativeBackend {
  readonly binding: Readonly<Record<'TF_ATTR_TYPE' | 'TF_ATTR_INT' | 'TF_ATTR_STRING' | 'TF_ATTR_BOOL', number>>;
  executeSingleOutput(name: string, attributes: unknown[], inputs: tf.Tensor[]): tf.Tensor4D;
}

/** TensorFlow's number for float32. */
const floatType = 1;

function native(): FrozenKernels {
  const backend = tf.backend() as unknown as NativeBackend;
  const { binding } = backend;
  const type = { name: 'T', type: binding.TF_ATTR_TYPE, value: floatType };
  const format = { name: 'data_format', type: binding.TF_ATTR_STRING, value: 'NHWC' };
  const convolution = (kind: ConvolutionKind, stride: number) => [
    type,
    format,
    { name: 'strides', type: binding.TF_ATTR_INT, value: [1, stride, stride, 1] },
    { name: 'padding', type: binding.TF_ATTR_STRING, value: 'SAME' },
    { name: 'explicit_paddings', type: binding.TF_ATTR_INT, value: [] },
    { name: 'dilations', type: binding.TF_ATTR_INT, value: [1, 1, 1, 1] },
    ...(kind === 'conv' ? [{ name: 'use_cudnn_on_gpu', type: binding.TF_ATTR_BOOL, value: true }] : []),
  ];
  const names = { conv: 'Conv2D', depthwise: 'DepthwiseConv2dNative' };
  return {
    convolve: (kind, input, kernel, stride) =>
      backend.executeSingleOutput(names[kind], convolution(kind, stride), [input, kernel]),
    convolveBack: (kind, shape, dy, kernel, stride) => {
      const sizes = tf.tensor1d(shape, 'int32');
      const slope = backend.executeSingleOutput(`${names[kind]}BackpropInput`, convolution(kind, stride), [
        sizes,
        kernel,
        dy,
      ]);
      sizes.dispose();
      return slope;
    },
    addBias: (input, bias) => backend.executeSingleOutput('BiasAdd', [type, format], [input, bias]),
    relu6: (input) => backend.executeSingleOutput('Relu6', [type], [input]),
    relu6Back: (dy, output) => backend.executeSingleOutput('Relu6Grad', [type], [dy, output]),
  };
}
