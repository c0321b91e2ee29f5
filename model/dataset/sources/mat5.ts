import { inflateSync } from 'node:zlib';
import { FreshcarError } from '../../errors.ts';

/**
 * MATLAB's MAT-file format, level 5, as far as lists of annotations use it: numbers, text, cells and structs, compressed or
 * not, of either byte order. https://www.mathworks.com/help/pdf_doc/matlab/matfile_format.pdf
 */

/** A matrix. Its elements are in column order: the first of every column, then the second... for one of cells or structs too. */
export type MatValue =
  | { readonly kind: 'numbers'; readonly numbers: readonly number[] }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'cells'; readonly rows: number; readonly cells: readonly MatValue[] }
  | { readonly kind: 'structs'; readonly structs: readonly Readonly<Record<string, MatValue>>[] }
  /** Sparse matrices, objects, functions. */
  | { readonly kind: 'other' };

/** Data types of elements, `mi...` in the format's words. */
const types = { int32: 5, matrix: 14, compressed: 15, utf8: 16, utf16: 17 } as const;
/** Classes of matrices, `mx...` there. The numeric ones follow. */
const classes = { cell: 1, struct: 2, char: 4, double: 6, uint64: 15 } as const;
/** Bytes that each numeric data type takes and how a `DataView` reads it. */
const numeric: Readonly<
  Record<number, readonly [bytes: number, read: (v: DataView, at: number, le: boolean) => number]>
> = {
  1: [1, (view, at) => view.getInt8(at)],
  2: [1, (view, at) => view.getUint8(at)],
  3: [2, (view, at, little) => view.getInt16(at, little)],
  4: [2, (view, at, little) => view.getUint16(at, little)],
  5: [4, (view, at, little) => view.getInt32(at, little)],
  6: [4, (view, at, little) => view.getUint32(at, little)],
  7: [4, (view, at, little) => view.getFloat32(at, little)],
  9: [8, (view, at, little) => view.getFloat64(at, little)],
  12: [8, (view, at, little) => Number(view.getBigInt64(at, little))],
  13: [8, (view, at, little) => Number(view.getBigUint64(at, little))],
};

const headerBytes = 128;

/**
 * Reads the variables of a `.mat` file; `name` is for the error's sentence.
 *
 * @throws FreshcarError `invalid-input` when it is no such file, or a damaged one.
 */
export function parseMat5(bytes: Uint8Array, name: string): ReadonlyMap<string, MatValue> {
  const fail = (why: string, cause?: unknown) => new FreshcarError('invalid-input', `${name} ${why}.`, { cause });
  if (bytes.length < headerBytes) throw fail('is no MATLAB file: it is too short');
  const endian = new TextDecoder('latin1').decode(bytes.subarray(126, headerBytes));
  if (endian !== 'IM' && endian !== 'MI') throw fail('is no MATLAB file of level 5');
  if (new TextDecoder('latin1').decode(bytes.subarray(0, 10)) === 'MATLAB 7.3')
    throw fail('is HDF5, as MATLAB 7.3 writes; save it again with save(..., "-v7")');
  try {
    const variables = new Map<string, MatValue>();
    const reader = new Reader(bytes.subarray(headerBytes), endian === 'IM');
    while (!reader.done) {
      const element = reader.element();
      const matrix =
        element.type === types.compressed ? new Reader(inflateSync(element.data), reader.little).element() : element;
      if (matrix.type !== types.matrix) continue;
      const { name: variable, value } = readMatrix(new Reader(matrix.data, reader.little));
      variables.set(variable, value);
    }
    return variables;
  } catch (cause) {
    throw fail('is a damaged MATLAB file', cause);
  }
}

interface Element {
  readonly type: number;
  readonly data: Uint8Array;
}

/** Goes from element to element: a tag of type and length, then data up to a multiple of eight bytes. */
class Reader {
  readonly little: boolean;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array, little: boolean) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.little = little;
  }

  get done(): boolean {
    return this.#at + 8 > this.#bytes.length;
  }

  element(): Element {
    const tag = this.#view.getUint32(this.#at, this.little);
    // Up to four bytes of data stand in the tag itself, whose upper half is then their number.
    if (tag >>> 16 !== 0) {
      const start = this.#at + 4;
      this.#at += 8;
      return { type: tag & 0xffff, data: this.#bytes.subarray(start, start + (tag >>> 16)) };
    }
    const length = this.#view.getUint32(this.#at + 4, this.little);
    const start = this.#at + 8;
    if (start + length > this.#bytes.length) throw new RangeError('an element reaches beyond the end');
    // Compressed elements alone are followed by the next one at once.
    this.#at = start + (tag === types.compressed ? length : Math.ceil(length / 8) * 8);
    return { type: tag, data: this.#bytes.subarray(start, start + length) };
  }

  numbers(): number[] {
    return numbersOf(this.element(), this.little);
  }
}

function readMatrix(reader: Reader): { name: string; value: MatValue } {
  if (reader.done) return { name: '', value: { kind: 'numbers', numbers: [] } };
  const mxClass = (reader.numbers()[0] ?? 0) & 0xff;
  const dimensions = reader.numbers();
  const name = textOf(reader.element(), reader.little);
  return { name, value: readContent(reader, mxClass, dimensions) };
}

function readContent(reader: Reader, mxClass: number, dimensions: readonly number[]): MatValue {
  const count = dimensions.reduce((product, length) => product * length, 1);
  if (mxClass === classes.cell)
    return { kind: 'cells', rows: dimensions[0] ?? 0, cells: Array.from({ length: count }, () => readNested(reader)) };
  if (mxClass === classes.struct) return readStructs(reader, count);
  if (mxClass === classes.char)
    return { kind: 'text', text: count === 0 ? '' : textOf(reader.element(), reader.little) };
  if (mxClass >= classes.double && mxClass <= classes.uint64)
    return { kind: 'numbers', numbers: count === 0 ? [] : reader.numbers() };
  return { kind: 'other' };
}

function readNested(reader: Reader): MatValue {
  return readMatrix(new Reader(reader.element().data, reader.little)).value;
}

function readStructs(reader: Reader, count: number): MatValue {
  const room = reader.numbers()[0] ?? 1;
  const names = reader.element().data;
  const fields = Array.from({ length: Math.floor(names.length / room) }, (_, index) =>
    textOf({ type: types.utf8, data: names.subarray(index * room, (index + 1) * room) }, reader.little),
  );
  const structs = Array.from({ length: count }, () =>
    Object.fromEntries(fields.map((field) => [field, readNested(reader)])),
  );
  return { kind: 'structs', structs };
}

/** Text is UTF-8, UTF-16, or one number a character; zeroes fill up field names. */
function textOf(element: Element, little: boolean): string {
  const text =
    element.type === types.utf8
      ? new TextDecoder().decode(element.data)
      : numbersOf({ ...element, type: element.type === types.utf16 ? 4 : element.type }, little)
          .map((code) => String.fromCharCode(code))
          .join('');
  const end = text.indexOf('\0');
  return end < 0 ? text : text.slice(0, end);
}

function numbersOf({ type, data }: Element, little: boolean): number[] {
  const kind = numeric[type];
  if (!kind) throw new RangeError(`numbers of unknown type ${type}`);
  const [bytes, read] = kind;
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  return Array.from({ length: Math.floor(data.length / bytes) }, (_, index) => read(view, index * bytes, little));
}
