import { encodeOnnx } from '../../bundle/onnx-format.ts';
import { Graph, opset } from '../../bundle/onnx-graph.ts';
import type { OnnxTensor } from '../../bundle/onnx-messages.ts';
import { FreshcarError } from '../../errors.ts';
import type { Constant, GraphModel, GraphNode } from './graph-model.ts';
import { channelsFirst, padding } from './onnx-convolution.ts';

/**
 * A MobileNet-like image classifier without its last layer as an ONNX graph of features: `images` (float32, `[count, height,
 * width, 3]`, 0 to 255, of any size) to `features` (float32, `[count, channels]`), the means over the last map. Pictures are
 * first enlarged to what the classifier reads, smoothly (bilinear, half-pixel centres), as FID's are for Inception.
 *
 * @throws FreshcarError `invalid-input` when the model has an operator that is not known here, or no pooling of a last map.
 */
export function exportGraphFeatures({ nodes, constants }: GraphModel): Uint8Array {
  const graph = new Graph();
  const maps = new Map<string, Map2d>();
  for (const node of nodes) {
    if (node.op === 'Const') continue;
    if (node.op === 'AvgPool') return finish(graph, inputOf(node, 0, maps));
    maps.set(node.name, addNode(graph, node, maps, constants));
  }
  throw new FreshcarError(
    'invalid-input',
    'The model has no AvgPool of a last map, whose means would be the features.',
  );
}

/** A value on its way through the graph, channels first, and how many places it has each way. */
interface Map2d {
  readonly value: string;
  readonly size: number;
  readonly channels: number;
}

function finish(graph: Graph, { value, channels }: Map2d): Uint8Array {
  const means = graph.add('GlobalAveragePool', 'means', [value]);
  graph.add('Flatten', 'features', [means], { axis: 1 });
  return encodeOnnx({
    name: 'features',
    opset,
    nodes: graph.nodes,
    tensors: graph.tensors,
    input: { name: 'images', type: 'float', shape: ['count', 'height', 'width', 3] },
    output: { name: 'features', type: 'float', shape: ['count', channels] },
  });
}

function addNode(
  graph: Graph,
  node: GraphNode,
  maps: ReadonlyMap<string, Map2d>,
  constants: ReadonlyMap<string, Constant>,
): Map2d {
  switch (node.op) {
    case 'Placeholder':
      return addPixels(graph, node);
    case 'AddV2':
      return { ...inputOf(node, 0, maps), value: addValues(graph, 'Add', node, maps, constants) };
    case 'Mul':
    case 'Sub': {
      const map =
        node.input.map((name) => maps.get(name)).find((found) => found !== undefined) ?? inputOf(node, 0, maps);
      return { ...map, value: addValues(graph, node.op, node, maps, constants) };
    }
    case '_FusedConv2D':
    case 'FusedDepthwiseConv2dNative':
      return addConvolution(graph, node, inputOf(node, 0, maps), constants);
    default:
      throw new FreshcarError(
        'invalid-input',
        `The model has an operator ${node.op} (${node.name}), which is not known here.`,
      );
  }
}

/** From bytes to what TensorFlow Hub's image models read: 0 to 1, at the size that the placeholder says. */
function addPixels(graph: Graph, { attr }: GraphNode): Map2d {
  const size = attr.shape?.shape.dim[1]?.size ?? 224;
  const integers = (name: string, ...values: number[]) =>
    graph.constant({ name, shape: [values.length], values: BigInt64Array.from(values, BigInt) });
  const channelsFirst = graph.add('Transpose', 'channels_first', ['images'], { perm: [0, 3, 1, 2] });
  const scale = graph.constant({ name: 'scale', shape: [], values: Float32Array.of(1 / 255) });
  const scaled = graph.add('Mul', 'scaled', [channelsFirst, scale]);
  const shape = graph.add('Shape', 'shape', [scaled]);
  const [from, to] = [integers('from', 0), integers('to', 2)];
  const countAndChannels = graph.add('Slice', 'count_and_channels', [shape, from, to]);
  const wanted = graph.add('Concat', 'wanted', [countAndChannels, integers('size', size, size)], { axis: 0 });
  const value = graph.add('Resize', 'resized', [scaled, '', '', wanted], { mode: 'linear' });
  return { value, size, channels: 3 };
}

function addValues(
  graph: Graph,
  operator: string,
  node: GraphNode,
  maps: ReadonlyMap<string, Map2d>,
  constants: ReadonlyMap<string, Constant>,
): string {
  const inputs = node.input.map((name) => maps.get(name)?.value ?? graph.constant(scalarOf(name, constants)));
  return graph.add(operator, node.name, inputs);
}

function scalarOf(name: string, constants: ReadonlyMap<string, Constant>): OnnxTensor {
  const { values } = constantOf(name, constants);
  if (values.length === 1) return { name, shape: [], values };
  throw new FreshcarError('invalid-input', `The model's constant ${name} is used with a map but is no single number.`);
}

/** A convolution with its bias and, where it says so, a ReLU that ends at 6. */
function addConvolution(graph: Graph, node: GraphNode, map: Map2d, constants: ReadonlyMap<string, Constant>): Map2d {
  const depthwise = node.op === 'FusedDepthwiseConv2dNative';
  const [kernelName = '', biasName = ''] = node.input.slice(1);
  const [kernel, bias] = [constantOf(kernelName, constants), constantOf(biasName, constants)];
  const side = kernel.shape[0] ?? 1;
  const stride = node.attr.strides?.list.i[1] ?? 1;
  const { before: low, after: high, size } = padding(map.size, side, stride, node.attr.padding?.s);
  const inputs = [map.value, graph.constant(channelsFirst(kernelName, kernel, depthwise))];
  inputs.push(graph.constant({ name: biasName, shape: bias.shape, values: bias.values }));
  const attributes = {
    kernel_shape: [side, side],
    strides: [stride, stride],
    pads: [low, low, high, high],
    group: depthwise ? map.channels : 1,
  };
  const channels = bias.values.length;
  const [, activation] = node.attr.fused_ops?.list.s ?? [];
  if (activation === undefined) return { value: graph.add('Conv', node.name, inputs, attributes), size, channels };
  if (activation !== 'Relu6')
    throw new FreshcarError('invalid-input', `${node.name} ends in ${activation}, which is not known here.`);
  const before = graph.add('Conv', `${node.name}/before`, inputs, attributes);
  const limits = [0, 6].map((limit) =>
    graph.constant({ name: `${node.name}/limit_${limit}`, shape: [], values: Float32Array.of(limit) }),
  );
  return { value: graph.add('Clip', node.name, [before, ...limits]), size, channels };
}

function inputOf({ name, input }: GraphNode, at: number, maps: ReadonlyMap<string, Map2d>): Map2d {
  const map = maps.get(input[at] ?? '');
  if (map === undefined)
    throw new FreshcarError(
      'invalid-input',
      `The model's node ${name} reads ${input[at]}, which is computed nowhere before.`,
    );
  return map;
}

function constantOf(name: string, constants: ReadonlyMap<string, Constant>): Constant {
  const constant = constants.get(name);
  if (constant === undefined) throw new FreshcarError('invalid-input', `The model's weights lack ${name}.`);
  return constant;
}
