import { FreshcarError } from '../errors.ts';
import type { Features } from './features-file.ts';
import { foldKeras } from './fold-keras.ts';
import { type FrozenLayer, frozenNetworkSchema, lastOfEachSize } from './frozen-network.ts';
import type { KerasLayer, LayersModel } from './layers-model.ts';

/**
 * A MobileNet V2 of Keras Applications as a frozen network up to its last map before the classifier's own layers, each batch
 * normalisation folded into the convolution before it.
 *
 * Keras pads its strided convolutions by a layer of their own, below and to the right, which is what "same" does on even sizes.
 *
 * @throws FreshcarError `invalid-input` when the model has a layer that is not known here.
 */
export function invertedBottlenecks(model: LayersModel): Pick<Features, 'network' | 'weights'> {
  const chain: FrozenLayer[] = [];
  const weights = new Map<string, Float32Array>();
  /** The frozen layer that holds what each of Keras's layers hands on. */
  const holders = new Map<string, string>();
  for (const layer of model.layers) {
    if (layer.class_name === 'AveragePooling2D' || layer.class_name === 'GlobalAveragePooling2D') break;
    addLayer(layer, { model, chain, weights, holders });
  }
  // The widest layer, which classifies more than it sees, comes after the last tap.
  const taps = lastOfEachSize(chain);
  const end = chain.findIndex(({ name }) => name === taps.at(-1)) + 1;
  const layers = chain.slice(0, end);
  const network = { normalisation: { scale: [1, 1, 1], shift: [0, 0, 0] }, layers, taps };
  const parsed = frozenNetworkSchema.safeParse(network);
  if (!parsed.success) throw unknown(parsed.error.issues.map(({ message }) => message).join('; '));
  return { network: parsed.data, weights };
}

interface Build {
  readonly model: LayersModel;
  readonly chain: FrozenLayer[];
  readonly weights: Map<string, Float32Array>;
  readonly holders: Map<string, string>;
}

function addLayer(layer: KerasLayer, build: Build): void {
  const { chain, holders } = build;
  const [from = ''] = layer.inbound_nodes;
  const last = chain.at(-1);
  const held = holders.get(from);
  switch (layer.class_name) {
    case 'InputLayer':
      return;
    case 'ZeroPadding2D':
      if (held !== undefined) holders.set(layer.name, held);
      return;
    case 'Conv2D':
    case 'DepthwiseConv2D':
      if (held !== last?.name) throw unknown(`${layer.name} does not read what comes right before it`);
      chain.push(convolutionOf(layer, last?.filters ?? 3));
      holders.set(layer.name, layer.name);
      return;
    case 'BatchNormalization':
      fold(layer, from, build);
      break;
    case 'ReLU':
      if (layer.config.max_value !== 6) throw unknown(`${layer.name} does not end at 6`);
      change(chain, held, { relu6: true });
      break;
    case 'Add': {
      const added = layer.inbound_nodes.map((name) => holders.get(name)).find((name) => name !== last?.name);
      if (added === undefined || last === undefined) throw unknown(`${layer.name} adds what was not computed`);
      change(chain, last.name, { add: added });
      holders.set(layer.name, last.name);
      return;
    }
    default:
      throw unknown(`it has a layer ${layer.class_name} (${layer.name})`);
  }
  if (held === undefined || held !== last?.name)
    throw unknown(`${layer.name} does not read what comes right before it`);
  holders.set(layer.name, held);
}

function convolutionOf({ name, class_name, config }: KerasLayer, inputs: number): FrozenLayer {
  const depthwise = class_name === 'DepthwiseConv2D';
  const [side = 1] = config.kernel_size ?? [];
  const [stride = 1] = config.strides ?? [];
  if (config.use_bias !== false || (stride !== 1 && stride !== 2)) throw unknown(`${name} has a bias or a wide stride`);
  const filters = depthwise ? inputs : (config.filters ?? 0);
  return { name, kind: depthwise ? 'depthwise' : 'conv', side, stride, filters, relu6: false };
}

function fold(norm: KerasLayer, convolution: string, { model, chain, weights }: Build): void {
  const layer = chain.at(-1);
  if (layer?.name !== convolution) throw unknown(`${norm.name} does not follow a convolution`);
  const { kernel, bias } = foldKeras(
    model,
    `${convolution}/${layer.kind === 'depthwise' ? 'depthwise_kernel' : 'kernel'}`,
    norm,
  );
  weights.set(`${convolution}/kernel`, kernel);
  weights.set(`${convolution}/bias`, bias);
}

function change(chain: FrozenLayer[], name: string | undefined, to: Partial<FrozenLayer>): void {
  const at = chain.findIndex((layer) => layer.name === name);
  const layer = chain[at];
  if (layer !== undefined) chain[at] = { ...layer, ...to };
}

function unknown(why: string): FreshcarError {
  return new FreshcarError('invalid-input', `The model is no MobileNet V2 of Keras: ${why}.`);
}
