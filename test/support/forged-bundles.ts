import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { onnxMessages } from '../../model/bundle/onnx-messages.ts';
import { sha256 } from '../../model/files.ts';
import { type ProtobufMessages, protobufRoot } from '../../model/protobuf.ts';
import { writeRealBundle } from '../functions/generate/real-bundle.ts';

/** Bundles as an attacker would make them: every size and hash in the manifest is right, what is in the files is not. */

/** ONNX's messages with the fields that this project never writes. */
const wholeOnnx: ProtobufMessages = {
  ...onnxMessages,
  ModelProto: { ...onnxMessages.ModelProto, docString: [6, 'string'], functions: [25, 'FunctionProto', 'repeated'] },
  FunctionProto: { name: [1, 'string'], node: [7, 'NodeProto', 'repeated'] },
  GraphProto: { ...onnxMessages.GraphProto, sparseInitializer: [15, 'SparseTensorProto', 'repeated'] },
  SparseTensorProto: { dims: [3, 'int64', 'repeated'] },
  NodeProto: { ...onnxMessages.NodeProto, docString: [6, 'string'], domain: [7, 'string'] },
  AttributeProto: {
    ...onnxMessages.AttributeProto,
    t: [5, 'TensorProto'],
    tensors: [10, 'TensorProto', 'repeated'],
    g: [6, 'GraphProto'],
    graphs: [11, 'GraphProto', 'repeated'],
  },
  TensorProto: {
    ...onnxMessages.TensorProto,
    floatData: [4, 'float', 'repeated'],
    externalData: [13, 'StringStringEntryProto', 'repeated'],
    dataLocation: [14, 'int32'],
  },
  StringStringEntryProto: { key: [1, 'string'], value: [2, 'string'] },
};
const model = protobufRoot(wholeOnnx).lookupType('ModelProto');

// biome-ignore lint/suspicious/noExplicitAny: a forger changes whatever there is.
type Anything = any;

/** A graph with something changed in it. */
export function changed(onnx: Uint8Array, change: (model: Anything) => void): Uint8Array {
  const message = model.toObject(model.decode(onnx), { longs: Number, defaults: false });
  change(message);
  return model.encode(model.fromObject(message)).finish();
}

const tensor = ({ graph }: Anything, name: string): Anything =>
  graph.initializer.find((each: Anything) => each.name === name);
const node = ({ graph }: Anything, operator: string): Anything =>
  graph.node.find((each: Anything) => each.opType === operator);
const attribute = (from: Anything, name: string): Anything =>
  from.attribute.find((each: Anything) => each.name === name);

/** A tensor whose bytes lie in another file, as ONNX Runtime would fetch them. */
function moveOut(file: string): (model: Anything) => void {
  return (from) => {
    const moved = tensor(from, 'project/bias');
    moved.externalData = [
      { key: 'location', value: file },
      { key: 'offset', value: '0' },
      { key: 'length', value: String(moved.rawData.length) },
    ];
    moved.dataLocation = 1;
    delete moved.rawData;
  };
}

/** The first float of a tensor becomes one of these bits. */
function poison(bits: number): (model: Anything) => void {
  return (from) => {
    const bytes = Buffer.from(tensor(from, 'up_2/kernel_01').rawData);
    bytes.writeUInt32LE(bits, 0);
    tensor(from, 'up_2/kernel_01').rawData = bytes;
  };
}

const graphChanges: Readonly<Record<string, (model: Anything) => void>> = {
  'data in another file': moveOut('package.json'),
  'data in a file outside': moveOut('../../../../../../etc/passwd'),
  'a location and data': (from) => Object.assign(tensor(from, 'rgb/bias'), { dataLocation: 1 }),
  'an operator of another domain': (from) => Object.assign(node(from, 'Tanh'), { domain: 'com.microsoft' }),
  'an operator that is not ours': (from) => Object.assign(node(from, 'Tanh'), { opType: 'Erf' }),
  'one of our operators at another place': (from) => Object.assign(node(from, 'Tanh'), { opType: 'LeakyRelu' }),
  'an operator more': ({ graph }) => graph.node.push({ opType: 'Identity', name: 'x', input: ['cars'], output: ['x'] }),
  'an operator less': ({ graph }) => graph.node.pop(),
  'operators in another order': ({ graph }) => graph.node.reverse(),
  'another input of an operator': (from) => node(from, 'Mul').input.reverse(),
  'a graph in a graph': (from) =>
    (node(from, 'Gemm').attribute = [{ name: 'body', type: 5, g: { name: 'inner', node: [] } }]),
  'graphs in a graph': (from) =>
    (node(from, 'Gemm').attribute = [{ name: 'bodies', type: 10, graphs: [{ name: 'inner' }] }]),
  'a tensor as an attribute': (from) => (node(from, 'Gemm').attribute = [{ name: 'value', type: 4, t: { name: 't' } }]),
  'an attribute more': (from) => (node(from, 'Gemm').attribute = [{ name: 'transA', type: 2, i: 1 }]),
  'gigantic strides': (from) =>
    Object.assign(attribute(node(from, 'ConvTranspose'), 'strides'), { ints: [2 ** 30, 2 ** 30] }),
  'gigantic borders': (from) =>
    Object.assign(attribute(node(from, 'Conv'), 'pads'), { ints: [2 ** 20, 2 ** 20, 2 ** 20, 2 ** 20] }),
  functions: (from) => Object.assign(from, { functions: [{ name: 'Tanh', node: [] }] }),
  'a remark': (from) => Object.assign(from, { docString: 'harmless' }),
  'sparse tensors': ({ graph }) => Object.assign(graph, { sparseInitializer: [{ dims: [2 ** 40] }] }),
  'another set of operators': (from) => Object.assign(from.opsetImport[0], { version: 18 }),
  'a second set of operators': (from) => from.opsetImport.push({ domain: 'com.microsoft', version: 1 }),
  'gigantic dimensions over few bytes': (from) => Object.assign(tensor(from, 'up_1/bias'), { dims: [2 ** 40] }),
  'negative dimensions': (from) => Object.assign(tensor(from, 'project/kernel'), { dims: [-16, -256] }),
  'too few bytes': (from) => Object.assign(tensor(from, 'up_1/bias'), { rawData: Buffer.alloc(4) }),
  'floats beside the bytes': (from) => Object.assign(tensor(from, 'up_1/bias'), { floatData: [1] }),
  'a shape that reshapes to something gigantic': (from) => {
    tensor(from, 'map/shape').rawData = Buffer.from(BigInt64Array.of(0n, 16n, 2n ** 20n, 2n ** 20n).buffer);
  },
  'another scale of the pixels': (from) =>
    Object.assign(tensor(from, 'scale'), { rawData: Buffer.from(Float32Array.of(1).buffer) }),
  'a tensor twice': ({ graph }) => graph.initializer.push(graph.initializer[0]),
  'a tensor less': ({ graph }) => graph.initializer.pop(),
  'another input': ({ graph }) => Object.assign(graph.input[0], { name: 'other' }),
  'an output more': ({ graph }) => graph.output.push({ name: 'project' }),
  'larger pictures than it says': ({ graph }) =>
    Object.assign(graph.output[0].type.tensorType.shape.dim[1], { dimValue: 2 ** 20 }),
  'a weight that is no number': poison(0x7fc00000),
  'a weight that is infinite': poison(0xff800000),
};

/** Changes of bytes that a protobuf library would not write. */
const byteChanges: Readonly<Record<string, (onnx: Uint8Array) => Uint8Array>> = {
  'nothing in it': () => new Uint8Array(),
  'an end too early': (onnx) => onnx.subarray(0, onnx.length - 1),
  'a second graph behind the first': (onnx) =>
    Buffer.concat([onnx, changed(onnx, moveOut('package.json')).subarray(onnx.indexOf(0x3a, 12))]),
  'something behind its end': (onnx) => Buffer.concat([onnx, Buffer.from('PK\u0003\u0004')]),
  'a field of a kind that is gone': (onnx) => Buffer.concat([onnx, Buffer.from([0x0b, 0x0c])]),
  'a length that wraps around': (onnx) =>
    Buffer.concat([onnx, Buffer.from([0x3a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01])]),
  'a number without an end': (onnx) => Buffer.concat([onnx, Buffer.alloc(11, 0xff)]),
  'a compressed file': () => Buffer.from('1f8b08000000000000ff', 'hex'),
};

/** What a forged graph has, and how it is made of an honest one. */
export const forgeries: readonly (readonly [string, (onnx: Uint8Array) => Uint8Array])[] = [
  ...Object.entries(graphChanges).map(([name, change]) => [name, (onnx: Uint8Array) => changed(onnx, change)] as const),
  ...Object.entries(byteChanges),
];

/** Writes a bundle with a forged graph into `folder`/`version`; returns that folder. */
export async function writeForgedBundle(
  folder: string,
  version: string,
  forge: (onnx: Uint8Array) => Uint8Array,
): Promise<string> {
  await mkdir(folder, { recursive: true });
  const bundle = await writeRealBundle(folder, version);
  await replaceFile(bundle, 'generator.onnx', forge(await readFile(path.join(bundle, 'generator.onnx'))));
  return bundle;
}

/** Replaces a file of a bundle, and what the manifest says of it. */
export async function replaceFile(bundle: string, name: string, bytes: Uint8Array): Promise<void> {
  await writeFile(path.join(bundle, name), bytes);
  await changeManifest(bundle, (manifest) => {
    manifest.files[name] = { bytes: bytes.length, sha256: sha256(bytes) };
  });
}

/** Changes the JSON of a bundle's manifest. */
export async function changeManifest(bundle: string, change: (manifest: Anything) => void): Promise<void> {
  const file = path.join(bundle, 'manifest.json');
  const manifest = JSON.parse(await readFile(file, 'utf8'));
  change(manifest);
  // Deeper than JSON.stringify goes.
  const deep = '['.repeat(1e5) + ']'.repeat(1e5);
  await writeFile(file, JSON.stringify(manifest).replace('"DEEP"', deep));
}
