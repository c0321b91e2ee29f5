import { encodeOnnx } from '../../bundle/onnx-format.ts';
import { Graph, opset } from '../../bundle/onnx-graph.ts';
import { FreshcarError } from '../../errors.ts';
import { foldKeras } from '../../features/fold-keras.ts';
import type { KerasLayer, LayersModel } from '../../features/layers-model.ts';
import { channelsFirst, padding } from './onnx-convolution.ts';

export interface LookOptions {
  /** What images are enlarged to; the classifier's own size unless told otherwise. */
  readonly size?: number | undefined;
  /** The layer whose map is the last; what the classifier pools unless told otherwise. */
  readonly layer?: string | undefined;
}

/**
 * An image classifier of Keras Applications, such as Inception V3, without its last layers as an ONNX graph of features: `images`
 * (float32, `[count, height, width, 3]`, 0 to 255, of any size) to `features` (float32, `[count, channels]`), the means over the last
 * map. Images are first enlarged to `size` (bilinear, half-pixel centres) and brought to -1 to 1.
 *
 * @throws FreshcarError `invalid-input` when the model has a layer that is not known here, or no last map.
 */
export function exportLayersFeatures(model: LayersModel, { size, layer: last }: LookOptions = {}): Uint8Array {
  const graph = new Graph();
  const maps = new Map<string, Map2d>();
  const pooled = model.layers.find(({ class_name }) => class_name === 'Flatten')?.inbound_nodes[0];
  for (const layer of model.layers) {
    if (layer.name === pooled) return finish(graph, mapOf(layer, 0, maps));
    maps.set(layer.name, addLayer(graph, layer, { model, maps, size }));
    if (layer.name === last) return finish(graph, maps.get(last) as Map2d);
  }
  throw unknown('no last map that is pooled and flattened');
}

/** A value on its way through the graph, channels first, and how many places it has each way. */
interface Map2d {
  readonly value: string;
  readonly size: number;
  readonly channels: number;
  /** The convolution whose bias and factors are still to come. */
  readonly bare?: KerasLayer;
}

interface Build {
  readonly model: LayersModel;
  readonly maps: ReadonlyMap<string, Map2d>;
  readonly size: number | undefined;
}

function finish(graph: Graph, { value, channels }: Map2d): Uint8Array {
  graph.add('Flatten', 'features', [graph.add('GlobalAveragePool', 'means', [value])], { axis: 1 });
  return encodeOnnx({
    name: 'features',
    opset,
    nodes: graph.nodes,
    tensors: graph.tensors,
    input: { name: 'images', type: 'float', shape: ['count', 'height', 'width', 3] },
    output: { name: 'features', type: 'float', shape: ['count', channels] },
  });
}

function addLayer(graph: Graph, layer: KerasLayer, build: Build): Map2d {
  const { maps } = build;
  switch (layer.class_name) {
    case 'InputLayer':
      return addPixels(graph, build.size ?? layer.config.batch_input_shape?.[1] ?? 299);
    case 'Conv2D':
      // Folded into one with the normalisation that follows.
      return { ...mapOf(layer, 0, maps), bare: layer };
    case 'BatchNormalization':
      return addConvolution(graph, layer, mapOf(layer, 0, maps), build.model);
    case 'Activation':
      if (layer.config.activation !== 'relu') throw unknown(`an activation ${layer.config.activation}`);
      return { ...mapOf(layer, 0, maps), value: graph.add('Relu', layer.name, [mapOf(layer, 0, maps).value]) };
    case 'MaxPooling2D':
      return addPooling(graph, 'MaxPool', layer, mapOf(layer, 0, maps));
    case 'AveragePooling2D':
      return addPooling(graph, 'AveragePool', layer, mapOf(layer, 0, maps));
    case 'Concatenate': {
      const parts = layer.inbound_nodes.map((_, at) => mapOf(layer, at, maps));
      const value = graph.add(
        'Concat',
        layer.name,
        parts.map((part) => part.value),
        { axis: 1 },
      );
      const channels = parts.reduce((sum, part) => sum + part.channels, 0);
      return { value, channels, size: parts[0]?.size ?? 0 };
    }
    default:
      throw unknown(`a layer ${layer.class_name} (${layer.name})`);
  }
}

/** From bytes to -1 to 1, at the size that is asked for. */
function addPixels(graph: Graph, size: number): Map2d {
  const scalar = (name: string, value: number) => graph.constant({ name, shape: [], values: Float32Array.of(value) });
  const integers = (name: string, ...values: number[]) =>
    graph.constant({ name, shape: [values.length], values: BigInt64Array.from(values, BigInt) });
  const first = graph.add('Transpose', 'channels_first', ['images'], { perm: [0, 3, 1, 2] });
  const scaled = graph.add('Mul', 'scaled', [first, scalar('scale', 1 / 127.5)]);
  const centred = graph.add('Sub', 'centred', [scaled, scalar('one', 1)]);
  const countAndChannels = graph.add('Slice', 'count_and_channels', [
    graph.add('Shape', 'shape', [centred]),
    integers('from', 0),
    integers('to', 2),
  ]);
  const wanted = graph.add('Concat', 'wanted', [countAndChannels, integers('size', size, size)], { axis: 0 });
  return { value: graph.add('Resize', 'resized', [centred, '', '', wanted], { mode: 'linear' }), size, channels: 3 };
}

function addConvolution(graph: Graph, norm: KerasLayer, map: Map2d, model: LayersModel): Map2d {
  const { bare } = map;
  if (bare === undefined || bare.config.use_bias !== false)
    throw unknown(`a normalisation ${norm.name} of no convolution`);
  const { name, config } = bare;
  const [height = 1, width = 1] = config.kernel_size ?? [];
  const { kernel, bias } = foldKeras(model, `${name}/kernel`, norm);
  const { attributes, size } = windowOf(bare, map.size, [height, width]);
  const shape = [height, width, map.channels, bias.length];
  const inputs = [
    map.value,
    graph.constant(channelsFirst(`${name}/kernel`, { shape, values: kernel }, false)),
    graph.constant({ name: `${name}/bias`, shape: [bias.length], values: bias }),
  ];
  return { value: graph.add('Conv', norm.name, inputs, attributes), size, channels: bias.length };
}

/** What is padded takes no part in a mean or a maximum, in Keras as in ONNX. */
function addPooling(graph: Graph, operator: string, layer: KerasLayer, map: Map2d): Map2d {
  const [height = 1, width = 1] = layer.config.pool_size ?? [];
  const { attributes, size } = windowOf(layer, map.size, [height, width]);
  return { value: graph.add(operator, layer.name, [map.value], attributes), size, channels: map.channels };
}

function windowOf({ config }: KerasLayer, mapSize: number, [height, width]: readonly [number, number]) {
  const [stride = 1] = config.strides ?? [];
  const kind = config.padding === 'same' ? 'SAME' : 'VALID';
  const [rows, columns] = [padding(mapSize, height, stride, kind), padding(mapSize, width, stride, kind)];
  const pads = [rows.before, columns.before, rows.after, columns.after];
  return { attributes: { kernel_shape: [height, width], strides: [stride, stride], pads }, size: rows.size };
}

function mapOf({ name, inbound_nodes }: KerasLayer, at: number, maps: ReadonlyMap<string, Map2d>): Map2d {
  const map = maps.get(inbound_nodes[at] ?? '');
  if (map === undefined)
    throw unknown(`a layer ${name} that reads ${inbound_nodes[at]}, which is computed nowhere before`);
  return map;
}

function unknown(what: string): FreshcarError {
  return new FreshcarError('invalid-input', `The model has ${what}, which is not known here.`);
}
