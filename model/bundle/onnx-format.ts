import { protobufRoot } from '../protobuf.ts';
import { describeOnnx, type OnnxGraph, type OnnxTensor, onnxMessages } from './onnx-messages.ts';

const root = protobufRoot(onnxMessages);

/** The bytes of a `.onnx` file. Equal graphs give equal bytes. */
export function encodeOnnx(graph: OnnxGraph): Uint8Array {
  const model = root.lookupType('ModelProto');
  const description = describeOnnx(graph);
  const initializer = description.graph.initializer.map((tensor, at) => ({
    ...tensor,
    rawData: bytesOf(graph.tensors[at]),
  }));
  const message = model.fromObject({ ...description, graph: { ...description.graph, initializer } });
  return model.encode(message).finish();
}

/** Raw data is little-endian, as every processor that Node runs on. */
function bytesOf(tensor: OnnxTensor | undefined): Uint8Array {
  const values = typeof tensor?.values === 'function' ? tensor.values() : tensor?.values;
  return values === undefined ? new Uint8Array() : new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
