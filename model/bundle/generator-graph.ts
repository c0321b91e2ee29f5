import type { Layer, Network, WeightValues } from '../architecture/network.ts';
import { addLeakyRelu, type Block, blocksOf, Graph, opset } from './onnx-graph.ts';
import { elementTypes, type OnnxGraph } from './onnx-messages.ts';
import { onnxInput, onnxOutput } from './onnx-names.ts';
import { denseTensors, doublingTensors, phases, pictureTensors } from './onnx-weights.ts';

/**
 * How a generator is laid out as an ONNX graph: `latents` (float32, `[count, latentSize]`) to `cars` (uint8, `[count, size, size, 3]`).
 *
 * It is written as ONNX Runtime computes it fastest, which takes 0.72 of the time of one operator for each layer:
 *
 * - Batch normalisation is folded into the convolution before it, by its moving statistics, so `network` has none.
 * - Maps are channels-first as ONNX's are; the dense layer's columns are put in that order once, here.
 * - A transposed convolution is four plain ones, one for each phase: the pixels of even or odd rows and columns. Only the
 *   next doubling needs the phases put between each other; the last convolution reads them as they are.
 *
 * @param weights Are read only when the graph is written; for its structure alone an empty map will do.
 */
export function generatorGraph(network: Network, weights: WeightValues): OnnxGraph {
  const graph = new Graph();
  const map = network.layers.find(({ kind }) => kind === 'reshape')?.outputShape ?? [];
  const picture = blocksOf(network.layers).reduce<Value>(
    (value, block) => addBlock(graph, value, block, weights, map),
    { name: onnxInput },
  );
  addPixels(graph, picture);
  return {
    name: network.name,
    opset,
    nodes: graph.nodes,
    tensors: graph.tensors,
    input: { name: onnxInput, type: 'float', shape: ['count', ...network.inputShape] },
    output: { name: onnxOutput, type: 'uint8', shape: ['count', ...network.outputShape] },
  };
}

/** A tensor on its way through the graph. */
interface Value {
  readonly name: string;
  /** A doubled map whose four phases still lie one after the other in the channels, at half the size. */
  readonly phased?: boolean;
}

function addBlock(graph: Graph, input: Value, block: Block, weights: WeightValues, map: readonly number[]): Value {
  const { layer, slope } = block;
  const { name } = layer;
  switch (layer.kind) {
    case 'dense': {
      const constants = denseTensors(layer, map, weights).map((tensor) => graph.constant(tensor));
      return { name: addLeakyRelu(graph, graph.add('Gemm', name, [input.name, ...constants]), slope) };
    }
    case 'reshape': {
      const [height = 1, width = 1, channels = 1] = layer.outputShape;
      // 0 keeps the length that is there: the batch.
      const values = BigInt64Array.from([0, channels, height, width].map(BigInt));
      const shape = graph.constant({ name: `${name}/shape`, shape: [4], values });
      return { name: graph.add('Reshape', name, [input.name, shape]) };
    }
    case 'convTranspose':
      return addDoubling(graph, input, layer, slope, weights);
    case 'conv':
      return addPicture(graph, input, layer, weights);
    case 'tanh':
      return { name: graph.add('Tanh', name, [input.name]) };
    default:
      throw new Error(`${name}: a generator has no layer of kind ${layer.kind}`);
  }
}

function addDoubling(
  graph: Graph,
  input: Value,
  layer: Extract<Layer, { kind: 'convTranspose' }>,
  slope: number | undefined,
  weights: WeightValues,
): Value {
  const { name, kernel, stride } = layer;
  if (kernel !== 4 || stride !== 2) throw new Error(`${name}: only a kernel of 4 at stride 2 can be exported`);
  const map = input.phased
    ? graph.add('DepthToSpace', `${input.name}/joined`, [input.name], { blocksize: 2 })
    : input.name;
  const { kernels, bias } = doublingTensors(layer, weights);
  const shared = graph.constant(bias);
  const parts = phases.map(({ row, column }, index) => {
    const part = `${name}/${row}${column}`;
    const constant = kernels[index];
    if (constant === undefined) throw new Error(`${part} has no kernel`);
    // An even pixel sees its own place and the one before it, an odd one its own and the one after.
    const attributes = { kernel_shape: [2, 2], pads: [1 - row, 1 - column, row, column] };
    return addLeakyRelu(graph, graph.add('Conv', part, [map, graph.constant(constant), shared], attributes), slope);
  });
  return { name: graph.add('Concat', name, parts, { axis: 1 }), phased: true };
}

function addPicture(graph: Graph, input: Value, layer: Extract<Layer, { kind: 'conv' }>, weights: WeightValues): Value {
  const { name, kernel, stride } = layer;
  if (!input.phased || kernel % 2 === 0 || stride !== 1)
    throw new Error(`${name}: only an odd kernel at stride 1 behind a doubling can be exported`);
  const constants = pictureTensors(layer, weights).map((tensor) => graph.constant(tensor));
  const pad = (kernel - 1) / 2;
  // Explicit, since runtimes read `auto_pad` differently for transposed convolutions.
  const attributes = { kernel_shape: [kernel + 1, kernel + 1], strides: [2, 2], pads: [pad, pad, pad, pad] };
  return { name: graph.add('ConvTranspose', name, [input.name, ...constants], attributes) };
}

/** From [-1, 1] to the nearest of 0 to 255, channels last: casting cuts off what is behind the point. */
function addPixels(graph: Graph, picture: Value): void {
  const scalar = (name: string, value: number) => graph.constant({ name, shape: [], values: Float32Array.of(value) });
  const rows = graph.add('Transpose', 'channels_last', [picture.name], { perm: [0, 2, 3, 1] });
  const scaled = graph.add('Mul', 'scaled', [rows, scalar('scale', 127.5)]);
  const shifted = graph.add('Add', 'shifted', [scaled, scalar('offset', 128)]);
  graph.add('Cast', onnxOutput, [shifted], { to: elementTypes.uint8 });
}
