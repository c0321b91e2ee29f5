import { FreshcarError } from '../errors.ts';

/**
 * NumPy's `.npy` format, version 1.0, for the one kind of array that datasets are: uint8, C order, four dimensions.
 * https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 */

const magic = Uint8Array.of(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0);
/** Room for any shape, so that a header can be written again in place; a multiple of 64 as the format asks. */
export const npyHeaderBytes = 128;

/** The header of `[count, size, size, 3]` pictures. */
export function npyHeader(count: number, size: number): Uint8Array {
  const text = `{'descr': '|u1', 'fortran_order': False, 'shape': (${count}, ${size}, ${size}, 3), }`;
  const header = new Uint8Array(npyHeaderBytes).fill(0x20);
  header.set(magic);
  new DataView(header.buffer).setUint16(magic.length, npyHeaderBytes - magic.length - 2, true);
  header.set(new TextEncoder().encode(text), magic.length + 2);
  header[npyHeaderBytes - 1] = 0x0a;
  return header;
}

export interface NpyImages {
  /** Pictures one after the other, rows, columns, RGB. */
  readonly images: Uint8Array;
  readonly count: number;
  readonly imageSize: number;
}

/** Reads what `npyHeader` describes, as NumPy too writes it; `name` is for the error's sentence. */
export function parseNpy(bytes: Uint8Array, name: string): NpyImages {
  const fail = (why: string) => new FreshcarError('invalid-input', `${name} is no packed dataset: ${why}.`);
  if (!magic.subarray(0, 6).every((byte, at) => bytes[at] === byte)) throw fail('it does not begin as a .npy file');
  if (bytes[6] !== 1) throw fail(`it is .npy version ${bytes[6]}, this reads version 1`);
  if (bytes.length < 10) throw fail('it is cut off');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = 10 + view.getUint16(8, true);
  const header = new TextDecoder('latin1').decode(bytes.subarray(10, start));
  const shape = /'shape':\s*\((\d+),\s*(\d+),\s*(\d+),\s*(\d+),?\s*\)/.exec(header)?.slice(1).map(Number);
  if (!/'descr':\s*'[|<>=]?u1'/.test(header)) throw fail('its numbers are not uint8');
  if (!/'fortran_order':\s*False/.test(header)) throw fail('it is in Fortran order');
  const [count = 0, height = 0, width = 0, channels = 0] = shape ?? [];
  if (height !== width || channels !== 3 || height === 0) throw fail('its shape is not (pictures, size, size, 3)');
  const images = bytes.subarray(start);
  const expected = count * height * width * channels;
  if (images.length !== expected) throw fail(`it holds ${images.length} bytes of pictures instead of ${expected}`);
  return { images, count, imageSize: height };
}
