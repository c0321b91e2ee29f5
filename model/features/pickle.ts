import { FreshcarError } from '../errors.ts';

/**
 * Python's pickles of protocol 2 (https://peps.python.org/pep-0307), as far as files of weights need them. A pickle is a program that may
 * call any function of Python's; this reads data only: what it would call or build comes back as a `Call`, which is nothing but a name
 * and arguments.
 */

/** A class or function that the pickle names, by its module and name. */
export interface Named {
  readonly named: string;
}

/** What a function that the pickle names would make of some arguments. */
export interface Call {
  readonly called: string;
  readonly arguments: readonly unknown[];
}

/** Something that lies outside of the pickle, by what the pickle says of it. */
export interface Outside {
  readonly outside: unknown;
}

export interface Unpickled {
  /** Dictionaries are maps, lists and tuples arrays. */
  readonly value: unknown;
  /** Where the next byte after the pickle is. */
  readonly end: number;
}

/** The function that makes an ordered dictionary, which is filled afterwards: a map, like any other dictionary. */
const orderedDictionary = 'collections OrderedDict';
const mark = Symbol('mark');

/** @throws FreshcarError `invalid-input` when it is no such pickle, or needs what this does not know. */
export function readPickle(bytes: Uint8Array, start = 0): Unpickled {
  const reader = new Reader(bytes, start);
  while (!reader.step());
  return { value: reader.result(), end: reader.at };
}

class Reader {
  at: number;
  private readonly bytes: Buffer;
  private readonly stack: unknown[] = [];
  private readonly memo = new Map<number, unknown>();

  constructor(bytes: Uint8Array, start: number) {
    this.bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.at = start;
  }

  result(): unknown {
    return this.pop();
  }

  /** Takes one operation; true at the end. */
  step(): boolean {
    const code = String.fromCharCode(this.unsigned(1));
    const operation = operations[code];
    if (operation === undefined)
      throw unreadable(`its operation ${JSON.stringify(code)} at byte ${this.at - 1} is unknown`);
    return operation(this) === 'end';
  }

  push(value: unknown): void {
    this.stack.push(value);
  }

  pop(): unknown {
    if (this.stack.length === 0) throw unreadable('it takes what was not there');
    return this.stack.pop();
  }

  top(): unknown {
    return this.stack.at(-1);
  }

  /** Everything above the last mark. */
  popMarked(): unknown[] {
    const at = this.stack.lastIndexOf(mark);
    if (at < 0) throw unreadable('it takes what was not there');
    const [, ...values] = this.stack.splice(at);
    return values;
  }

  remember(place: number): void {
    this.memo.set(place, this.top());
  }

  recall(place: number): void {
    if (!this.memo.has(place)) throw unreadable('it recalls what it did not remember');
    this.push(this.memo.get(place));
  }

  unsigned(width: number): number {
    return Number(this.take(width).readUIntLE(0, width));
  }

  take(length: number): Buffer {
    const taken = this.bytes.subarray(this.at, this.at + length);
    if (taken.length < length) throw unreadable('it is cut off');
    this.at += length;
    return taken;
  }

  line(): string {
    const end = this.bytes.indexOf('\n', this.at);
    if (end < 0) throw unreadable('it is cut off');
    const text = this.bytes.toString('utf8', this.at, end);
    this.at = end + 1;
    return text;
  }
}

type Operation = (reader: Reader) => unknown;

const tupleOf =
  (length: number): Operation =>
  (reader) =>
    reader.push(Array.from({ length }, () => reader.pop()).reverse());

/** By the byte that stands for each. */
const operations: Readonly<Record<string, Operation>> = {
  '\x80': (reader) => reader.take(1),
  '.': () => 'end',
  '(': (reader) => reader.push(mark),
  N: (reader) => reader.push(null),
  '\x88': (reader) => reader.push(true),
  '\x89': (reader) => reader.push(false),
  K: (reader) => reader.push(reader.unsigned(1)),
  M: (reader) => reader.push(reader.unsigned(2)),
  J: (reader) => reader.push(reader.take(4).readInt32LE(0)),
  '\x8a': (reader) => reader.push(integerOf(reader.take(reader.unsigned(1)))),
  X: (reader) => reader.push(reader.take(reader.unsigned(4)).toString('utf8')),
  ']': (reader) => reader.push([]),
  '}': (reader) => reader.push(new Map()),
  ')': (reader) => reader.push([]),
  t: (reader) => reader.push(reader.popMarked()),
  '\x85': tupleOf(1),
  '\x86': tupleOf(2),
  '\x87': tupleOf(3),
  a: (reader) => {
    const value = reader.pop();
    listOf(reader.top()).push(value);
  },
  e: (reader) => {
    const values = reader.popMarked();
    listOf(reader.top()).push(...values);
  },
  s: (reader) => {
    const [value, key] = [reader.pop(), reader.pop()];
    mapOf(reader.top()).set(key, value);
  },
  u: (reader) => {
    const values = reader.popMarked();
    for (let at = 0; at < values.length; at += 2) mapOf(reader.top()).set(values[at], values[at + 1]);
  },
  q: (reader) => reader.remember(reader.unsigned(1)),
  r: (reader) => reader.remember(reader.unsigned(4)),
  h: (reader) => reader.recall(reader.unsigned(1)),
  j: (reader) => reader.recall(reader.unsigned(4)),
  c: (reader) => reader.push({ named: `${reader.line()} ${reader.line()}` } satisfies Named),
  R: (reader) => {
    const [given, { named }] = [listOf(reader.pop()), namedOf(reader.pop())];
    reader.push(named === orderedDictionary ? new Map() : ({ called: named, arguments: given } satisfies Call));
  },
  Q: (reader) => reader.push({ outside: reader.pop() } satisfies Outside),
  // What an object knows beside its contents, such as a dictionary's version.
  b: (reader) => reader.pop(),
};

function integerOf(bytes: Buffer): bigint {
  return BigInt.asIntN(8 * bytes.length, BigInt(`0x0${Buffer.from(bytes).reverse().toString('hex')}`));
}

function listOf(value: unknown): unknown[] {
  if (!Array.isArray(value)) throw unreadable('it takes something else for a list');
  return value;
}

function mapOf(value: unknown): Map<unknown, unknown> {
  if (!(value instanceof Map)) throw unreadable('it takes something else for a dictionary');
  return value;
}

function namedOf(value: unknown): Named {
  if (typeof value !== 'object' || value === null || !('named' in value))
    throw unreadable('it calls what is no function');
  return value as Named;
}

function unreadable(why: string): FreshcarError {
  return new FreshcarError('invalid-input', `This is no pickle of weights: ${why}.`);
}
