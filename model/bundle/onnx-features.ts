import { foldNormalisation } from '../architecture/fold.ts';
import type { Layer, Network, WeightValues } from '../architecture/network.ts';
import { encodeOnnx } from './onnx-format.ts';
import { addLeakyRelu, type Block, blocksOf, Graph, opset } from './onnx-graph.ts';
import { convolutionTensors } from './onnx-weights.ts';

const input = 'images';
const output = 'features';

/**
 * A network of convolutions that ends in their means over the map, as an ONNX graph: `images` (float32, `[count, height,
 * width, 3]`, 0 to 255) to `features` (float32, `[count, channels]`). Batch normalisation is folded into the convolution
 * before it, by its moving statistics. The network itself reads pixels from -1 to 1; the graph scales them.
 */
export function exportFeaturesOnnx(trained: Network, values: WeightValues): Uint8Array {
  const { network, weights } = foldNormalisation(trained, values);
  const graph = new Graph();
  const last = blocksOf(network.layers).reduce(
    (value, block) => addBlock(graph, value, block, weights),
    addPixels(graph),
  );
  graph.add('Flatten', output, [last], { axis: 1 });
  return encodeOnnx({
    name: network.name,
    opset,
    nodes: graph.nodes,
    tensors: graph.tensors,
    input: { name: input, type: 'float', shape: ['count', ...network.inputShape] },
    output: { name: output, type: 'float', shape: ['count', ...network.outputShape] },
  });
}

/** From rows of bytes to channels of [-1, 1]. */
function addPixels(graph: Graph): string {
  const scalar = (name: string, value: number) => graph.constant({ name, shape: [], values: Float32Array.of(value) });
  const maps = graph.add('Transpose', 'channels_first', [input], { perm: [0, 3, 1, 2] });
  const scaled = graph.add('Mul', 'scaled', [maps, scalar('scale', 1 / 127.5)]);
  return graph.add('Add', 'shifted', [scaled, scalar('offset', -1)]);
}

function addBlock(graph: Graph, value: string, { layer, slope }: Block, weights: WeightValues): string {
  switch (layer.kind) {
    case 'conv': {
      const constants = convolutionTensors(layer, weights).map((tensor) => graph.constant(tensor));
      const attributes = {
        kernel_shape: [layer.kernel, layer.kernel],
        strides: [layer.stride, layer.stride],
        pads: paddingOf(layer),
      };
      return addLeakyRelu(graph, graph.add('Conv', layer.name, [value, ...constants], attributes), slope);
    }
    case 'globalAveragePool':
      return graph.add('GlobalAveragePool', layer.name, [value]);
    default:
      throw new Error(`${layer.name}: a layer of kind ${layer.kind} cannot be exported for features`);
  }
}

/** Keras's "same": of an odd sum the larger half lies below and to the right. Top, left, bottom, right. */
function paddingOf({ kernel, stride, inputShape, outputShape }: Extract<Layer, { kind: 'conv' }>): number[] {
  const sums = [0, 1].map((axis) =>
    Math.max(0, ((outputShape[axis] ?? 0) - 1) * stride + kernel - (inputShape[axis] ?? 0)),
  );
  return [...sums.map((sum) => Math.floor(sum / 2)), ...sums.map((sum) => Math.ceil(sum / 2))];
}
