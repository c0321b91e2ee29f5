import { foldNormalisation } from '../architecture/fold.ts';
import type { Network, WeightValues } from '../architecture/network.ts';
import { generatorGraph } from './generator-graph.ts';
import { encodeOnnx } from './onnx-format.ts';

/** A generator as an ONNX graph; `generatorGraph` says how it is laid out. */
export function exportOnnx(trained: Network, values: WeightValues): Uint8Array {
  const { network, weights } = foldNormalisation(trained, values);
  return encodeOnnx(generatorGraph(network, weights));
}
