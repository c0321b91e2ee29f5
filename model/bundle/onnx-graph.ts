import type { Layer } from '../architecture/network.ts';
import type { OnnxNode, OnnxTensor } from './onnx-messages.ts';

/** What the exports of all networks share. */

/** Operator set 17, which ONNX Runtime knows since 1.12. */
export const opset = 17;

/** Collects operators and constants; every method answers with the name of what it added. */
export class Graph {
  readonly nodes: OnnxNode[] = [];
  readonly tensors: OnnxTensor[] = [];

  add(operator: string, output: string, inputs: readonly string[], attributes: OnnxNode['attributes'] = {}): string {
    this.nodes.push({ operator, inputs, output, attributes });
    return output;
  }

  constant(tensor: OnnxTensor): string {
    this.tensors.push(tensor);
    return tensor.name;
  }
}

/** A layer with the slope of the leaky ReLU right behind it. */
export interface Block {
  readonly layer: Layer;
  readonly slope: number | undefined;
}

export function blocksOf(layers: readonly Layer[]): Block[] {
  const blocks = layers.map((layer, index): Block => {
    const next = layers[index + 1];
    return { layer, slope: next?.kind === 'leakyRelu' ? next.slope : undefined };
  });
  return blocks.filter(({ layer }) => layer.kind !== 'leakyRelu');
}

export function addLeakyRelu(graph: Graph, input: string, slope: number | undefined): string {
  if (slope === undefined) return input;
  return graph.add('LeakyRelu', `${input}/active`, [input], { alpha: { float: slope } });
}
