import type { ProtobufMessages } from './protobuf.ts';

/** What a message holds by field: numbers, texts, bytes, messages, and lists of them. What is not there is left out. */
export interface Decoded {
  readonly [field: string]: DecodedValue;
}
export type DecodedValue = number | string | Uint8Array | Decoded | readonly DecodedValue[];

/** Why bytes are not what was asked for, as the end of a sentence. */
export class ProtobufError extends Error {}

/** The type of a field that may hold whatever it likes: nobody looks at it. */
export const skipped = 'skipped';

/** How a field's value begins on the wire. */
const wires = { varint: 0, double: 1, bytes: 2, float: 5 } as const;

/**
 * Reads a message of which nothing may be there that `messages` does not know, and nothing twice: other readers take fields
 * that this one would skip, and of two the second, or both together. Made for files of strangers; the bytes are not copied.
 *
 * @throws ProtobufError that says what is wrong, and where.
 */
export function decodeStrictly(messages: ProtobufMessages, name: string, bytes: Uint8Array): Decoded {
  const fields = new Map(
    Object.entries(messages[name] ?? {}).map(([field, [id, ...type]]) => [id, [field, ...type] as const]),
  );
  const decoded: Record<string, DecodedValue> = {};
  const cursor = { bytes, at: 0 };
  while (cursor.at < bytes.length) {
    const tag = readVarint(cursor);
    const [id, wire] = [Number(tag >> 3n), Number(tag & 7n)];
    const known = fields.get(id);
    if (known === undefined) throw new ProtobufError(`its ${name} has a field ${id}`);
    const [field, type, rule] = known;
    if (rule === undefined && field in decoded) throw new ProtobufError(`its ${name} has ${field} twice`);
    const values = readValues(cursor, wire, { messages, type, where: `${name}.${field}`, isList: rule !== undefined });
    decoded[field] = rule === undefined ? (values[0] ?? 0) : [...((decoded[field] as DecodedValue[]) ?? []), ...values];
  }
  return decoded;
}

interface Cursor {
  readonly bytes: Uint8Array;
  at: number;
}

interface FieldKind {
  readonly messages: ProtobufMessages;
  readonly type: string;
  readonly where: string;
  readonly isList: boolean;
}

/** One value, or all of a packed list. */
function readValues(cursor: Cursor, wire: number, { messages, type, where, isList }: FieldKind): DecodedValue[] {
  const wrong = () => new ProtobufError(`its ${where} is of another kind`);
  if (type === skipped) return [skip(cursor, wire, wrong)];
  if (type === 'int64' || type === 'int32') {
    if (wire === wires.varint) return [readNumber(cursor, where)];
    if (wire !== wires.bytes || !isList) throw wrong();
    const packed = { bytes: readBytes(cursor), at: 0 };
    const numbers: number[] = [];
    while (packed.at < packed.bytes.length) numbers.push(readNumber(packed, where));
    return numbers;
  }
  if (type === 'float') {
    if (wire !== wires.float) throw wrong();
    const four = take(cursor, 4);
    return [new DataView(four.buffer, four.byteOffset, 4).getFloat32(0, true)];
  }
  if (wire !== wires.bytes) throw wrong();
  const bytes = readBytes(cursor);
  if (type === 'bytes') return [bytes];
  if (type === 'string') return [readText(bytes, where)];
  return [decodeStrictly(messages, type, bytes)];
}

function skip(cursor: Cursor, wire: number, wrong: () => ProtobufError): Uint8Array {
  const start = cursor.at;
  if (wire === wires.varint) readVarint(cursor);
  else if (wire === wires.double) take(cursor, 8);
  else if (wire === wires.bytes) readBytes(cursor);
  else if (wire === wires.float) take(cursor, 4);
  else throw wrong();
  return cursor.bytes.subarray(start, cursor.at);
}

function readNumber(cursor: Cursor, where: string): number {
  const value = Number(BigInt.asIntN(64, readVarint(cursor)));
  if (!Number.isSafeInteger(value)) throw new ProtobufError(`its ${where} is too large a number`);
  return value;
}

/** One for all texts: making it takes longer than reading one. */
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function readText(bytes: Uint8Array, where: string): string {
  try {
    return decoder.decode(bytes);
  } catch {
    throw new ProtobufError(`its ${where} is no text`);
  }
}

function readBytes(cursor: Cursor): Uint8Array {
  const length = readVarint(cursor);
  if (length > BigInt(cursor.bytes.length - cursor.at)) throw new ProtobufError('it is cut off');
  return take(cursor, Number(length));
}

function take(cursor: Cursor, length: number): Uint8Array {
  const end = cursor.at + length;
  if (end > cursor.bytes.length) throw new ProtobufError('it is cut off');
  const taken = cursor.bytes.subarray(cursor.at, end);
  cursor.at = end;
  return taken;
}

/** Seven bits a byte, the lowest first; ten bytes hold the 64 bits of the longest. */
function readVarint(cursor: Cursor): bigint {
  let value = 0n;
  for (let shift = 0n; shift < 70n; shift += 7n) {
    const byte = cursor.bytes[cursor.at];
    if (byte === undefined) throw new ProtobufError('it is cut off');
    cursor.at += 1;
    value |= BigInt(byte & 0x7f) << shift;
    if (byte < 0x80) return BigInt.asUintN(64, value);
  }
  throw new ProtobufError('it has a number without an end');
}
