import { isDeepStrictEqual } from 'node:util';
import { type Architecture, generator } from '../architecture/dcgan.ts';
import { withoutNormalisation } from '../architecture/fold.ts';
import { FreshcarError } from '../errors.ts';
import { type Decoded, type DecodedValue, decodeStrictly, ProtobufError } from '../strict-protobuf.ts';
import { generatorGraph } from './generator-graph.ts';
import { describeOnnx, elementTypes, onnxMessages } from './onnx-messages.ts';

/** What fields mean that no graph of ours has, for whoever wonders why theirs is refused. */
const meanings: Readonly<Record<string, string>> = {
  'its TensorProto has a field 13': 'it takes data from other files',
  'its TensorProto has a field 14': 'it takes data from other files',
  'its NodeProto has a field 7': 'it has operators of another domain',
  'its AttributeProto has a field 6': 'it has a graph in a graph',
  'its AttributeProto has a field 11': 'it has graphs in a graph',
  'its ModelProto has a field 25': 'it has functions',
};

/**
 * Checks a bundle's ONNX graph before a runtime is given it. A runtime does what a graph says, such as reading other files
 * or asking for all the memory there is; so only the one graph is taken that this program writes for the architecture, with
 * whatever weights, all of them numbers.
 *
 * @throws FreshcarError `damaged-bundle` that says what is otherwise.
 */
export function checkOnnx(onnx: Uint8Array, architecture: Architecture): void {
  const ours = generatorGraph(withoutNormalisation(generator(architecture)), new Map());
  const { graph, ...about } = decode(onnx);
  const { initializer: found = [], ...structure } = messageOf(graph);
  const { graph: expectedGraph, ...expectedAbout } = describeOnnx(ours);
  const { initializer: expected, ...expectedStructure } = expectedGraph;
  const tensors = listOf(found).map(messageOf);
  compare('header', about, expectedAbout);
  compareLists('node', structure.node, expectedStructure.node);
  compare('input or output', { ...structure, node: [] }, { ...expectedStructure, node: [] });
  compareLists(
    'tensor',
    tensors.map(({ rawData, ...described }) => described),
    expected,
  );
  tensors.forEach((tensor, at) => {
    checkValues(tensor, ours.tensors[at]?.values);
  });
}

function decode(onnx: Uint8Array): Decoded {
  try {
    return decodeStrictly(onnxMessages, 'ModelProto', onnx);
  } catch (cause) {
    if (!(cause instanceof ProtobufError)) throw cause;
    throw refused(meanings[cause.message] ?? cause.message, cause);
  }
}

/** What is empty is not written: the name of ONNX's own domain, a scalar's dimensions, the attributes of most operators. */
function compare(what: string, found: Decoded, expected: unknown): void {
  if (!isDeepStrictEqual(withoutEmpty(found), withoutEmpty(expected))) throw refused(`it has another ${what}`);
}

function compareLists(
  what: string,
  found: DecodedValue | undefined,
  expected: readonly { readonly name: string }[],
): void {
  const list = listOf(found);
  if (list.length !== expected.length) throw refused(`it has ${list.length} ${what}s instead of ${expected.length}`);
  list.forEach((one, at) => {
    const wanted = expected[at];
    if (!isDeepStrictEqual(withoutEmpty(one), withoutEmpty(wanted)))
      throw refused(`its ${what} ${wanted?.name} is another one`);
  });
}

/** Bytes are as many as the shape says; constants are those that we write, weights may be any finite numbers. */
function checkValues({ name, dims = [], dataType, rawData }: Decoded, constant: unknown): void {
  const bytes = rawData instanceof Uint8Array ? rawData : new Uint8Array();
  const each = dataType === elementTypes.int64 ? 8 : 4;
  const wanted = listOf(dims).reduce<number>((product, length) => product * Number(length), each);
  if (bytes.length !== wanted)
    throw refused(`its tensor ${String(name)} has ${bytes.length} bytes instead of ${wanted}`);
  if (constant instanceof Float32Array || constant instanceof BigInt64Array) {
    const ours = Buffer.from(constant.buffer, constant.byteOffset, constant.byteLength);
    if (!ours.equals(bytes)) throw refused(`its constant ${String(name)} is another one`);
  } else if (!areFinite(bytes)) throw refused(`its tensor ${String(name)} holds what is no number`);
}

/** Where floats are looked at: tensors begin anywhere in a file, and views of floats at multiples of four bytes only. */
const scratch = new Float32Array(2 ** 16);

/** Whether all 32-bit floats are finite. By searches of the language's own: a cold start waits, and a loop would not be compiled yet. */
function areFinite(bytes: Uint8Array): boolean {
  const into = new Uint8Array(scratch.buffer);
  for (let from = 0; from < bytes.length; from += into.length) {
    const part = bytes.subarray(from, from + into.length);
    into.set(part);
    const floats = scratch.subarray(0, part.length / 4);
    if ([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY].some((value) => floats.includes(value)))
      return false;
  }
  return true;
}

function withoutEmpty(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutEmpty);
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value;
  const members = Object.entries(value).filter(([, member]) => member !== '' && !isEmptyList(member));
  return Object.fromEntries(members.map(([name, member]) => [name, withoutEmpty(member)]));
}

const isEmptyList = (value: unknown) => Array.isArray(value) && value.length === 0;

function messageOf(value: DecodedValue | undefined): Decoded {
  const isMessage = typeof value === 'object' && !Array.isArray(value) && !(value instanceof Uint8Array);
  return isMessage ? (value as Decoded) : {};
}

function listOf(value: DecodedValue | undefined): readonly DecodedValue[] {
  return Array.isArray(value) ? value : [];
}

function refused(why: string, cause?: unknown): FreshcarError {
  return new FreshcarError(
    'damaged-bundle',
    `The ONNX graph is not the one that freshcar writes for its architecture: ${why}. Export the model anew, and only from weights that you trust.`,
    { cause },
  );
}
