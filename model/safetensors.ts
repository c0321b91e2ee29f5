import { FreshcarError } from './errors.ts';
import { sha256 } from './files.ts';

/**
 * Named arrays in one file, as safetensors lays them out (https://github.com/huggingface/safetensors): eight bytes of header
 * length, a JSON header, the arrays. The header's metadata holds a SHA-256 of the arrays, so damage is noticed.
 */

export type NamedArrays = ReadonlyMap<string, Float32Array | Uint32Array>;

export interface TensorFile {
  readonly arrays: NamedArrays;
  readonly metadata: Readonly<Record<string, string>>;
}

interface HeaderEntry {
  readonly dtype: 'F32' | 'U32';
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

export function encodeTensorFile({ arrays, metadata }: TensorFile): Uint8Array {
  let end = 0;
  const entries = [...arrays].map(([name, array]): [string, HeaderEntry] => {
    const start = end;
    end += array.byteLength;
    const dtype = array instanceof Float32Array ? 'F32' : 'U32';
    return [name, { dtype, shape: [array.length], data_offsets: [start, end] }];
  });
  const data = Buffer.concat([...arrays.values()].map((array) => bytesOf(array)));
  const header = { __metadata__: { ...metadata, sha256: sha256(data) }, ...Object.fromEntries(entries) };
  // Padded to eight bytes, so that the arrays can be read in place.
  const text = JSON.stringify(header);
  const padded = text.padEnd(Math.ceil(Buffer.byteLength(text) / 8) * 8 - (Buffer.byteLength(text) - text.length));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(Buffer.byteLength(padded)));
  return Buffer.concat([length, Buffer.from(padded), data]);
}

/** @throws FreshcarError `damaged-bundle` when the file is cut off, changed or something else. */
export function decodeTensorFile(bytes: Uint8Array, name: string): TensorFile {
  const damaged = (why: string, cause?: unknown) =>
    new FreshcarError('damaged-bundle', `${name} cannot be used: ${why}.`, { cause });
  if (bytes.length < 8) throw damaged('it is cut off');
  const length = Number(Buffer.from(bytes.buffer, bytes.byteOffset, 8).readBigUInt64LE());
  if (length > bytes.length - 8) throw damaged('it is cut off or no checkpoint');
  const data = bytes.subarray(8 + length);
  let header: Record<string, HeaderEntry> & { __metadata__: Record<string, string> };
  try {
    header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)));
  } catch (cause) {
    throw damaged('its header is no JSON', cause);
  }
  const { __metadata__: metadata, ...entries } = header;
  if (metadata?.sha256 !== sha256(data)) throw damaged('its SHA-256 is not what was written; it is cut off or changed');
  const arrays = Object.entries(entries).map(([key, { dtype, data_offsets }]): [string, Float32Array | Uint32Array] => {
    // A copy, since the arrays may begin at any byte and training changes them in place.
    const copy = Uint8Array.from(data.subarray(...data_offsets)).buffer;
    return [key, dtype === 'F32' ? new Float32Array(copy) : new Uint32Array(copy)];
  });
  return { arrays: new Map(arrays), metadata };
}

function bytesOf(array: Float32Array | Uint32Array): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}
