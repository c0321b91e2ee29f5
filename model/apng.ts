import type { Picture } from './image.ts';
import { allSteps, type Chunk, compressedSteps, headerChunk, joinChunks, type PngOptions } from './png.ts';

/**
 * Animated PNG: a PNG whose further frames travel in chunks that other readers skip (PNG specification, third edition,
 * 11.3.5). Browsers play it; everything else shows the first frame.
 */

export interface ApngOptions extends PngOptions {
  /** How long each frame is shown, in milliseconds, up to 65535. */
  readonly delay: number;
}

/** Encodes frames of one size as an animated PNG that plays for ever. The same frames give the same bytes. */
export function encodeApng(frames: readonly Picture[], options: ApngOptions): Uint8Array {
  return allSteps(apngSteps(frames, options));
}

/** The same in steps; yields after each but the last. */
export function* apngSteps(frames: readonly Picture[], options: ApngOptions): Generator<undefined, Uint8Array> {
  const [first] = frames;
  if (!first) throw new Error('An animation needs at least one frame.');
  const header = headerChunk(first, options);
  // acTL: the number of frames, and 0 plays for "for ever".
  const chunks: Chunk[] = [header, { type: 'acTL', data: Buffer.concat([uint32(frames.length), uint32(0)]) }];
  let sequence = 0;
  for (const [index, frame] of frames.entries()) {
    if (index > 0) yield;
    chunks.push({ type: 'fcTL', data: frameControl(sequence++, header.data, options.delay) });
    const data = yield* compressedSteps(frame, options);
    if (index === 0) chunks.push({ type: 'IDAT', data });
    else chunks.push({ type: 'fdAT', data: Buffer.concat([uint32(sequence++), data]) });
  }
  return joinChunks(chunks);
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

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
