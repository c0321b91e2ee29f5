import { z } from 'zod';
import { sizeOf } from '../architecture/network.ts';
import { FreshcarError } from '../errors.ts';
import { readPickle } from './pickle.ts';

/**
 * A file of weights as PyTorch wrote it before version 1.6 (`torch.save` with `_use_new_zipfile_serialization=False`): five pickles, which are
 * a magic number, a version, notes on the machine, the weights without their numbers, and the order of the storages; then each storage as
 * its length in eight bytes and its numbers.
 */

export interface PytorchTensor {
  readonly shape: readonly number[];
  /** Row-major. */
  readonly values: Float32Array;
}

const magicNumber = 0x1950a86a20f9469cfc6cn;
const floats = 'torch FloatStorage';
/** Bytes that a storage's elements take. */
const widths = { 'torch FloatStorage': 4, 'torch LongStorage': 8 } as const;

const storageSchema = z.object({
  outside: z.tuple([
    z.literal('storage'),
    z.object({ named: z.enum([floats, 'torch LongStorage']) }),
    z.string(),
    z.string(),
    z.int().min(0),
    z.null(),
  ]),
});
const tensorSchema = z.object({
  called: z.literal('torch._utils _rebuild_tensor_v2'),
  arguments: z.tuple([storageSchema, z.int().min(0), z.array(z.int().min(0)), z.array(z.int().min(0))], z.unknown()),
});
const weightsSchema = z.map(z.string(), tensorSchema);
const orderSchema = z.array(z.string());

type Storages = ReadonlyMap<string, Uint8Array>;

/**
 * The tensors of float32, by name; others, such as counts of batches, are left out.
 *
 * @throws FreshcarError `invalid-input` when the file is something else, or cut off.
 */
export function readPytorchFile(bytes: Uint8Array): Map<string, PytorchTensor> {
  const magic = readPickle(bytes);
  if (magic.value !== magicNumber) throw unreadable('it does not begin with the magic number of torch.save');
  const version = readPickle(bytes, magic.end);
  const machine = readPickle(bytes, version.end);
  const weights = readPickle(bytes, machine.end);
  const order = readPickle(bytes, weights.end);
  const tensors = parse(weightsSchema, weights.value);
  const storages = readStorages(tensors, parse(orderSchema, order.value), bytes.subarray(order.end));
  const ofFloats = [...tensors].filter(
    ([
      ,
      {
        arguments: [{ outside }],
      },
    ]) => outside[1].named === floats,
  );
  return new Map(ofFloats.map(([name, tensor]) => [name, tensorOf(name, tensor, storages)]));
}

/** The bytes of each storage, by its key. */
function readStorages(tensors: z.output<typeof weightsSchema>, order: readonly string[], bytes: Uint8Array): Storages {
  const kinds = new Map([...tensors.values()].map(({ arguments: [{ outside }] }) => [outside[2], outside[1].named]));
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  return new Map(
    order.map((key) => {
      const kind = kinds.get(key);
      if (kind === undefined) throw unreadable('it has a storage that no tensor is in');
      if (at + 8 > bytes.length) throw unreadable('it is cut off');
      const length = Number(view.getBigUint64(at, true)) * widths[kind];
      // A copy, because wider numbers have to begin at a multiple of their width.
      const own = Uint8Array.from(bytes.subarray(at + 8, at + 8 + length));
      if (own.length < length) throw unreadable('it is cut off');
      at += 8 + length;
      return [key, own] as const;
    }),
  );
}

function tensorOf(name: string, tensor: z.output<typeof tensorSchema>, storages: Storages): PytorchTensor {
  const [{ outside }, offset, shape, strides] = tensor.arguments;
  const numbers = new Float32Array((storages.get(outside[2]) ?? new Uint8Array()).buffer);
  if (sizeOf(shape) > numbers.length) throw unreadable(`${name} reaches over its storage's end`);
  // A tensor need not lie in the order of its axes: one out of TensorFlow has its filters side by side.
  const places = shape.reduce<number[]>(
    (before, length, axis) =>
      before.flatMap((place) => Array.from({ length }, (_, at) => place + at * (strides[axis] ?? 0))),
    [offset],
  );
  if (places.some((place) => place >= numbers.length)) throw unreadable(`${name} reaches over its storage's end`);
  return { shape, values: Float32Array.from(places, (place) => numbers[place] as number) };
}

function parse<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw unreadable('what it holds is no dictionary of tensors');
  return parsed.data;
}

function unreadable(why: string): FreshcarError {
  return new FreshcarError(
    'invalid-input',
    `This is no file of weights that torch.save wrote before PyTorch 1.6: ${why}.`,
  );
}
