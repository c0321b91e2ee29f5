import * as zlib from 'node:zlib';
import type { Picture } from './image.ts';

/**
 * Writes PNG (W3C, third edition) of 8-bit RGB, in steps: a large image takes a tenth of a second, and a service has
 * others to answer meanwhile. `encodePng` takes all steps at once.
 */

/** Bytes of pixels that one step compresses: some milliseconds of noise, the costliest there is. Repeated ones cost a tenth. */
const stepBytes = 64 * 1024;
const repeatedStepBytes = 1024 * 1024;

/**
 * Settings measured on car fronts. Behind the Paeth filter run lengths (zlib's `Z_RLE`) compress as well as zlib's search for
 * repeats does, in less time. Runs look back one byte only, so nothing is lost where a step ends.
 */
const packing = { level: 1, strategy: zlib.constants.Z_RLE } as const;

export interface PngOptions {
  /** Repeats every pixel so many times each way, a whole number: larger, with sharp edges. 1 by default. */
  readonly scale?: number;
}

export interface Chunk {
  readonly type: string;
  readonly data: Uint8Array;
}

const signature = Uint8Array.of(137, 80, 78, 71, 13, 10, 26, 10);

/** A PNG of 8-bit RGB. The same pixels give the same bytes. */
export function encodePng(picture: Picture, options: PngOptions = {}): Uint8Array {
  return allSteps(pngSteps(picture, options));
}

/** Yields after each step but the last. */
export function* pngSteps(picture: Picture, options: PngOptions = {}): Generator<undefined, Uint8Array> {
  const data = yield* compressedSteps(picture, options);
  return joinChunks([headerChunk(picture, options), { type: 'IDAT', data }]);
}

/** Takes all steps at once. */
export function allSteps<Result>(steps: Generator<undefined, Result>): Result {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}

/** The chunks as a file, with the signature before them and IEND behind. */
export function joinChunks(chunks: readonly Chunk[]): Uint8Array {
  const parts = [...chunks, { type: 'IEND', data: new Uint8Array() }].flatMap(({ type, data }) => {
    const frame = Buffer.alloc(12);
    frame.writeUInt32BE(data.length);
    frame.write(type, 4, 'latin1');
    frame.writeUInt32BE(crc32(data, crc32(frame.subarray(4, 8))), 8);
    return [frame.subarray(0, 8), data, frame.subarray(8)];
  });
  return Buffer.concat([signature, ...parts]);
}

/** IHDR: width, height, 8 bits a channel, RGB, and the only methods of compression, filtering and interlacing used here. */
export function headerChunk({ width, height }: Picture, { scale = 1 }: PngOptions = {}): Chunk {
  const data = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 8, 2, 0, 0, 0]);
  data.writeUInt32BE(width * scale);
  data.writeUInt32BE(height * scale, 4);
  return { type: 'IHDR', data };
}

/**
 * The content of IDAT: a zlib stream (RFC 1950) of the filtered rows. Each step compresses some rows by themselves up to
 * a byte's edge, so that their results can stand one behind the other.
 */
export function* compressedSteps(picture: Picture, { scale = 1 }: PngOptions = {}): Generator<undefined, Uint8Array> {
  const { width, height } = picture;
  const stride = width * 3;
  const rowsAtOnce = Math.max(1, Math.floor(Math.min(stepBytes / stride, repeatedStepBytes / (stride * scale ** 2))));
  if (rowsAtOnce >= height) return zlib.deflateSync(filterRows(picture, scale, 0, height), packing);
  // What zlib's own streams of these settings begin with.
  const parts: Uint8Array[] = [Uint8Array.of(0x78, 0x01)];
  let sum = 1;
  for (let row = 0; row < height; row += rowsAtOnce) {
    if (row > 0) yield;
    const end = Math.min(height, row + rowsAtOnce);
    const filtered = filterRows(picture, scale, row, end);
    const finishFlush = end === height ? zlib.constants.Z_FINISH : zlib.constants.Z_SYNC_FLUSH;
    parts.push(zlib.deflateRawSync(filtered, { ...packing, finishFlush }));
    sum = adler32(filtered, sum);
  }
  parts.push(Uint8Array.of(sum >>> 24, sum >>> 16, sum >>> 8, sum));
  return Buffer.concat(parts);
}

const [paethFilter, upFilter] = [4, 2];

/**
 * Filters rows `from` to `to`, each repeated `scale` times. A pixel repeated beside itself differs by nothing from what the
 * Paeth filter expects, and a row repeated below itself by nothing from the row above: only the picture's own pixels are computed,
 * whatever the scale. The one filter for every row saves most of the time of choosing one for each, for files within 1% of each other.
 */
function filterRows({ pixels, width }: Picture, scale: number, from: number, to: number): Uint8Array {
  const stride = width * 3;
  const scaledStride = 1 + stride * scale;
  const filtered = new Uint8Array((to - from) * scale * scaledStride);
  const above = new Uint8Array(stride);
  if (from > 0) above.set(pixels.subarray((from - 1) * stride, from * stride));
  for (let row = from, at = 0; row < to; row++) {
    const own = pixels.subarray(row * stride, (row + 1) * stride);
    filtered[at] = paethFilter;
    writeResiduals(own, above, filtered, at + 1, 3 * scale);
    above.set(own);
    at += scaledStride;
    for (let copy = 1; copy < scale; copy++, at += scaledStride) filtered[at] = upFilter;
  }
  return filtered;
}

/** Writes by how much each pixel of `row` differs from its prediction by its neighbours, `step` bytes apart. */
function writeResiduals(row: Uint8Array, above: Uint8Array, out: Uint8Array, start: number, step: number): void {
  for (let channel = 0; channel < 3; channel++) {
    let [left, aboveLeft] = [0, 0];
    for (let x = channel, at = start + channel; x < row.length; x += 3, at += step) {
      const value = row[x] as number;
      const up = above[x] as number;
      const estimate = left + up - aboveLeft;
      const byLeft = Math.abs(estimate - left);
      const byUp = Math.abs(estimate - up);
      const byAboveLeft = Math.abs(estimate - aboveLeft);
      out[at] = value - (byLeft <= byUp && byLeft <= byAboveLeft ? left : byUp <= byAboveLeft ? up : aboveLeft);
      left = value;
      aboveLeft = up;
    }
  }
}

/** The sum at the end of a zlib stream (RFC 1950, 8.2), begun with 1 and gone on with a former one. */
function adler32(bytes: Uint8Array, begun: number): number {
  let [low, high] = [begun & 0xffff, begun >>> 16];
  // 5552 bytes of 255 are the most that keep both sums below 2^32.
  for (let start = 0; start < bytes.length; start += 5552) {
    const end = Math.min(bytes.length, start + 5552);
    for (let at = start; at < end; at++) {
      low += bytes[at] as number;
      high += low;
    }
    low %= 65521;
    high %= 65521;
  }
  return high * 65536 + low;
}

/** The remainders of all bytes under PNG's polynomial (PNG specification, annex D). */
const crcTable = Uint32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit++) remainder = remainder & 1 ? (remainder >>> 1) ^ 0xedb88320 : remainder >>> 1;
  return remainder >>> 0;
});

function tableCrc32(bytes: Uint8Array, begun = 0): number {
  let crc = ~begun;
  for (const byte of bytes) crc = (crc >>> 8) ^ (crcTable[(crc ^ byte) & 0xff] ?? 0);
  return ~crc >>> 0;
}

/** Node has its own from 20.15 on only. */
const crc32 = 'crc32' in zlib ? zlib.crc32 : tableCrc32;
