import type { ProtobufMessages } from '../protobuf.ts';

/**
 * The part of ONNX's wire format that the graphs of this project need, with the field numbers of onnx.proto3
 * (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3). What is not here is refused when a graph is checked: data in
 * other files, operators of other domains, functions, graphs in graphs.
 */
export const onnxMessages: ProtobufMessages = {
  ModelProto: {
    irVersion: [1, 'int64'],
    producerName: [2, 'string'],
    graph: [7, 'GraphProto'],
    opsetImport: [8, 'OperatorSetIdProto', 'repeated'],
  },
  OperatorSetIdProto: { domain: [1, 'string'], version: [2, 'int64'] },
  GraphProto: {
    node: [1, 'NodeProto', 'repeated'],
    name: [2, 'string'],
    initializer: [5, 'TensorProto', 'repeated'],
    input: [11, 'ValueInfoProto', 'repeated'],
    output: [12, 'ValueInfoProto', 'repeated'],
  },
  NodeProto: {
    input: [1, 'string', 'repeated'],
    output: [2, 'string', 'repeated'],
    name: [3, 'string'],
    opType: [4, 'string'],
    attribute: [5, 'AttributeProto', 'repeated'],
  },
  AttributeProto: {
    name: [1, 'string'],
    f: [2, 'float'],
    i: [3, 'int64'],
    s: [4, 'bytes'],
    ints: [8, 'int64', 'repeated'],
    type: [20, 'int32'],
  },
  TensorProto: {
    dims: [1, 'int64', 'repeated'],
    dataType: [2, 'int32'],
    name: [8, 'string'],
    rawData: [9, 'bytes'],
  },
  ValueInfoProto: { name: [1, 'string'], type: [2, 'TypeProto'] },
  TypeProto: { tensorType: [1, 'TensorTypeProto'] },
  TensorTypeProto: { elemType: [1, 'int32'], shape: [2, 'TensorShapeProto'] },
  TensorShapeProto: { dim: [1, 'DimensionProto', 'repeated'] },
  DimensionProto: { dimValue: [1, 'int64'], dimParam: [2, 'string'] },
};

/** Numbers of TensorProto.DataType. */
export const elementTypes = { float: 1, uint8: 2, int64: 7 } as const;
export type ElementType = keyof typeof elementTypes;

type AttributeValue = number | string | readonly number[];
type TensorValues = Float32Array | BigInt64Array;

export interface OnnxNode {
  readonly operator: string;
  readonly inputs: readonly string[];
  readonly output: string;
  /** Whole numbers and lists of them are written as ints, text as a string; `{ float }` as a float. */
  readonly attributes?: Readonly<Record<string, AttributeValue | { readonly float: number }>>;
}

export interface OnnxTensor {
  readonly name: string;
  readonly shape: readonly number[];
  /** What a network has learnt is laid out only when it is written: a graph's structure is needed without it too. */
  readonly values: TensorValues | (() => Float32Array);
}

export interface OnnxValue {
  readonly name: string;
  readonly type: ElementType;
  /** A name stands for a length that each run chooses. */
  readonly shape: readonly (number | string)[];
}

export interface OnnxGraph {
  readonly name: string;
  readonly nodes: readonly OnnxNode[];
  readonly tensors: readonly OnnxTensor[];
  readonly input: OnnxValue | readonly OnnxValue[];
  readonly output: OnnxValue;
  /** Version of ONNX's operator set. */
  readonly opset: number;
}

/** A graph as the messages of its file, all but the bytes of its tensors. */
export function describeOnnx(graph: OnnxGraph) {
  return {
    // Version 8 of the file format came with ONNX 1.10, of 2021.
    irVersion: 8,
    producerName: 'freshcar',
    opsetImport: [{ domain: '', version: graph.opset }],
    graph: {
      name: graph.name,
      node: graph.nodes.map(describeNode),
      initializer: graph.tensors.map(describeTensor),
      input: [graph.input].flat().map(describeValue),
      output: [describeValue(graph.output)],
    },
  };
}

function describeNode({ operator, inputs, output, attributes = {} }: OnnxNode) {
  return {
    opType: operator,
    name: output,
    input: [...inputs],
    output: [output],
    attribute: Object.entries(attributes).map(([name, value]) => describeAttribute(name, value)),
  };
}

/** The `type` numbers are those of AttributeProto.AttributeType. */
function describeAttribute(name: string, value: AttributeValue | { readonly float: number }) {
  if (typeof value === 'number') return { name, i: value, type: 2 };
  if (typeof value === 'string') return { name, s: Buffer.from(value), type: 3 };
  if ('float' in value) return { name, f: Math.fround(value.float), type: 1 };
  return { name, ints: [...value], type: 7 };
}

function describeTensor({ name, shape, values }: OnnxTensor) {
  return {
    name,
    dims: [...shape],
    dataType: values instanceof BigInt64Array ? elementTypes.int64 : elementTypes.float,
  };
}

function describeValue({ name, type, shape }: OnnxValue) {
  const dim = shape.map((length) => (typeof length === 'string' ? { dimParam: length } : { dimValue: length }));
  return { name, type: { tensorType: { elemType: elementTypes[type], shape: { dim } } } };
}
