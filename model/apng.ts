import { encodePng, type Picture } from './image.ts';

/**
 * Animated PNG: a PNG whose further frames travel in chunks that other readers skip (PNG specification, third edition,
 * 11.3.5). Browsers play it; everything else shows the first frame.
 */

const signature = Uint8Array.of(137, 80, 78, 71, 13, 10, 26, 10);

export interface ApngOptions {
  /** How long each frame is shown, in milliseconds, up to 65535. */
  readonly delay: number;
}

/** Encodes frames of one size as an animated PNG that plays for ever. The same frames give the same bytes. */
export function encodeApng(frames: readonly Picture[], { delay }: ApngOptions): Uint8Array {
  const encoded = frames.map((frame) => readChunks(encodePng(frame)));
  const header = encoded[0]?.find(({ type }) => type === 'IHDR');
  if (!header) throw new Error('An animation needs at least one frame.');
  let sequence = 0;
  const body = encoded.flatMap((chunks, index) => {
    const control = chunk('fcTL', frameControl(sequence++, header.data, delay));
    const pixels = chunks.filter(({ type }) => type === 'IDAT');
    if (index === 0) return [control, ...pixels.map(({ data }) => chunk('IDAT', data))];
    return [control, ...pixels.map(({ data }) => chunk('fdAT', Buffer.concat([uint32(sequence++), data])))];
  });
  // acTL: the number of frames, and 0 plays for "for ever".
  const animation = chunk('acTL', Buffer.concat([uint32(frames.length), uint32(0)]));
  return Buffer.concat([signature, chunk('IHDR', header.data), animation, ...body, chunk('IEND', Buffer.alloc(0))]);
}

/** fcTL: a frame that covers the whole picture and replaces what was there. */
function frameControl(sequence: number, header: Uint8Array, delay: number): Buffer {
  const control = Buffer.alloc(26);
  control.writeUInt32BE(sequence, 0);
  // IHDR begins with width and height as fcTL wants them; the frame's offsets stay 0.
  control.set(header.subarray(0, 8), 4);
  control.writeUInt16BE(delay, 20);
  control.writeUInt16BE(1000, 22);
  return control;
}

interface Chunk {
  readonly type: string;
  readonly data: Uint8Array;
}

function readChunks(png: Uint8Array): Chunk[] {
  const bytes = Buffer.from(png.buffer, png.byteOffset, png.byteLength);
  const chunks: Chunk[] = [];
  for (let at = signature.length; at < bytes.length; ) {
    const length = bytes.readUInt32BE(at);
    const start = at + 8;
    chunks.push({ type: bytes.toString('latin1', at + 4, start), data: bytes.subarray(start, start + length) });
    at = start + length + 4;
  }
  return chunks;
}

/** Length, type, data, and the CRC over type and data. */
function chunk(type: string, data: Uint8Array): Buffer {
  const typed = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  return Buffer.concat([uint32(data.length), typed, uint32(crc32(typed))]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** The remainders of all bytes under PNG's polynomial (PNG specification, annex D). Node has its own from 20.15 on only. */
const crcTable = Uint32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit++) remainder = remainder & 1 ? (remainder >>> 1) ^ 0xedb88320 : remainder >>> 1;
  return remainder >>> 0;
});

function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ (crcTable[(crc ^ byte) & 0xff] ?? 0);
  return ~crc >>> 0;
}
