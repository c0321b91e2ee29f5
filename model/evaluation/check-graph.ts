import { FreshcarError } from '../errors.ts';
import type { ProtobufMessages } from '../protobuf.ts';
import { type Decoded, type DecodedValue, decodeStrictly, ProtobufError, skipped } from '../strict-protobuf.ts';

/**
 * All of ONNX's wire format that a graph of plain operators over plain numbers has, with the field numbers of onnx.proto3
 * (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3). What is not here is refused: data in other files, graphs in graphs,
 * functions, sparse tensors, training, and whatever comes after this was written.
 */
const plainOnnx: ProtobufMessages = {
  ModelProto: {
    irVersion: [1, skipped],
    producerName: [2, skipped],
    producerVersion: [3, skipped],
    domain: [4, skipped],
    modelVersion: [5, skipped],
    docString: [6, skipped],
    graph: [7, 'GraphProto'],
    opsetImport: [8, skipped, 'repeated'],
    metadataProps: [14, skipped, 'repeated'],
  },
  GraphProto: {
    node: [1, 'NodeProto', 'repeated'],
    name: [2, skipped],
    initializer: [5, 'TensorProto', 'repeated'],
    docString: [10, skipped],
    input: [11, skipped, 'repeated'],
    output: [12, skipped, 'repeated'],
    valueInfo: [13, skipped, 'repeated'],
    quantizationAnnotation: [14, skipped, 'repeated'],
    metadataProps: [16, skipped, 'repeated'],
  },
  NodeProto: {
    input: [1, skipped, 'repeated'],
    output: [2, skipped, 'repeated'],
    name: [3, skipped],
    opType: [4, skipped],
    attribute: [5, 'AttributeProto', 'repeated'],
    docString: [6, skipped],
    domain: [7, 'string'],
    metadataProps: [9, skipped, 'repeated'],
  },
  AttributeProto: {
    name: [1, skipped],
    f: [2, skipped],
    i: [3, skipped],
    s: [4, skipped],
    t: [5, 'TensorProto'],
    floats: [7, skipped, 'repeated'],
    ints: [8, skipped, 'repeated'],
    strings: [9, skipped, 'repeated'],
    tensors: [10, 'TensorProto', 'repeated'],
    docString: [13, skipped],
    type: [20, skipped],
  },
  TensorProto: {
    dims: [1, skipped, 'repeated'],
    dataType: [2, skipped],
    floatData: [4, skipped, 'repeated'],
    int32Data: [5, skipped, 'repeated'],
    stringData: [6, skipped, 'repeated'],
    int64Data: [7, skipped, 'repeated'],
    name: [8, skipped],
    rawData: [9, skipped],
    doubleData: [10, skipped, 'repeated'],
    uint64Data: [11, skipped, 'repeated'],
    docString: [12, skipped],
    // Its 0 says that the data is here.
    dataLocation: [14, 'int32'],
    metadataProps: [16, skipped, 'repeated'],
  },
};

/** What fields mean that are refused, and how to do without. */
const meanings: Readonly<Record<string, string>> = {
  'its TensorProto has a field 13':
    'it takes data from other files; export it into one file (external_data=False in PyTorch)',
  'its AttributeProto has a field 6': 'it has a graph in a graph (If, Loop, Scan)',
  'its AttributeProto has a field 11': 'it has graphs in a graph',
  'its GraphProto has a field 15': 'it has sparse tensors',
  'its ModelProto has a field 25': 'it has functions; export it with them put in place',
};

/** The names of ONNX's own operators; those of other domains are a runtime's or a library's. */
const ownDomains = ['', 'ai.onnx'];

/**
 * Checks somebody's graph before a runtime is given it. A runtime does what a graph says, and reads other files where a graph
 * names them; so only plain operators of ONNX's own over numbers that are in the file are taken.
 *
 * @param path Names the file in the error message.
 * @throws FreshcarError `invalid-input` that says what is otherwise.
 */
export function checkPlainGraph(onnx: Uint8Array, path: string): void {
  const refused = (why: string, cause?: unknown) =>
    new FreshcarError('invalid-input', `${path} is no ONNX graph that is taken: ${why}.`, { cause });
  const { graph } = decode(onnx, refused);
  const { node, initializer } = messageOf(graph);
  const attributes = messagesOf(node).flatMap(({ attribute }) => messagesOf(attribute));
  const inAttributes = attributes.flatMap(({ t, tensors }) => [...(t === undefined ? [] : [t]), ...listOf(tensors)]);
  if ([...messagesOf(initializer), ...messagesOf(inAttributes)].some(({ dataLocation = 0 }) => dataLocation !== 0))
    throw refused('it takes data from other files');
  const foreign = messagesOf(node).find(({ domain = '' }) => !ownDomains.includes(String(domain)));
  if (foreign) throw refused(`it has operators of another domain, ${String(foreign.domain)}`);
}

function decode(onnx: Uint8Array, refused: (why: string, cause: unknown) => FreshcarError): Decoded {
  try {
    return decodeStrictly(plainOnnx, 'ModelProto', onnx);
  } catch (cause) {
    if (!(cause instanceof ProtobufError)) throw cause;
    throw refused(meanings[cause.message] ?? cause.message, cause);
  }
}

function listOf(value: DecodedValue | undefined): readonly DecodedValue[] {
  return Array.isArray(value) ? value : [];
}

const messageOf = (value: DecodedValue | undefined) => (value ?? {}) as Decoded;
const messagesOf = (value: DecodedValue | undefined) => listOf(value).map(messageOf);
