import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { appendTo } from '../../files.ts';
import { protobufRoot } from '../../protobuf.ts';

/**
 * TensorBoard's event files: records of TensorFlow's TFRecord format
 * (https://www.tensorflow.org/tutorials/load_data/tfrecord#tfrecords_format_details), each an Event message with the field
 * numbers of tensorflow/core/util/event.proto and summary.proto. Written here, because TensorFlow.js writes them with its
 * native library only, and never pictures.
 */

const root = protobufRoot({
  Event: {
    wallTime: [1, 'double'],
    step: [2, 'int64'],
    fileVersion: [3, 'string'],
    summary: [5, 'Summary'],
    sessionLog: [7, 'SessionLog'],
  },
  Summary: { value: [1, 'Value', 'repeated'] },
  Value: { tag: [1, 'string'], simpleValue: [2, 'float'], image: [4, 'Image'] },
  Image: {
    height: [1, 'int32'],
    width: [2, 'int32'],
    colorspace: [3, 'int32'],
    encodedImageString: [4, 'bytes'],
  },
  SessionLog: { status: [1, 'int32'] },
});
const eventType = root.lookupType('Event');

/** `SessionLog.START`: TensorBoard forgets what earlier files say of this step and later ones. */
const sessionStart = 1;
/** The summary's number for RGB. */
const rgb = 3;

export interface EventWriter {
  /** One point on each named curve; values that are no numbers are left out. */
  scalars(step: number, values: Readonly<Record<string, number>>): Promise<void>;
  /** A picture, from the bytes of its PNG. */
  picture(step: number, tag: string, png: Uint8Array): Promise<void>;
}

export interface EventWriterOptions {
  /** The step that the first event follows on: 0, or where a run is resumed. */
  readonly step: number;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
}

/** Starts another event file in `folder`; TensorBoard reads all files of a folder as one run. */
export async function openEventWriter(folder: string, { step, clock }: EventWriterOptions): Promise<EventWriter> {
  // Read in the order of their names, which therefore begin with the time, or, when the clock went back, right after the newest.
  const newest = await newestIn(folder);
  const seconds = String(Math.max(Math.floor(clock() / 1000), newest + 1)).padStart(10, '0');
  const path = join(folder, `events.out.tfevents.${seconds}.${String(step).padStart(8, '0')}.freshcar`);
  const write = (event: Readonly<Record<string, unknown>>) =>
    appendTo(path, encodeRecord(encodeEvent({ wallTime: clock() / 1000, ...event })));
  await write({ fileVersion: 'brain.Event:2' });
  // From the first step on, too: a run that was stopped before its first checkpoint begins again.
  await write({ step: step === 0 ? 0 : step + 1, sessionLog: { status: sessionStart } });
  return {
    scalars: (at, values) => {
      const value = Object.entries(values)
        .filter(([, number]) => Number.isFinite(number))
        .map(([tag, number]) => ({ tag, simpleValue: number }));
      return write({ step: at, summary: { value } });
    },
    picture: (at, tag, png) => write({ step: at, summary: { value: [{ tag, image: describePng(png) }] } }),
  };
}

/** The time in the newest file's name; -1 where there is none. */
async function newestIn(folder: string): Promise<number> {
  const names = await readdir(folder).catch(() => []);
  const times = names.map((name) => Number(/^events\.out\.tfevents\.(\d+)\./.exec(name)?.[1] ?? -1));
  return Math.max(-1, ...times);
}

function encodeEvent(event: Readonly<Record<string, unknown>>): Uint8Array {
  return eventType.encode(eventType.fromObject(event)).finish();
}

/** A PNG begins with a signature of 8 bytes, then the header chunk: length, type, width, height. */
function describePng(png: Uint8Array) {
  const view = new DataView(png.buffer, png.byteOffset);
  return { width: view.getUint32(16), height: view.getUint32(20), colorspace: rgb, encodedImageString: png };
}

/** Length, its checksum, data, its checksum; all little-endian. */
export function encodeRecord(data: Uint8Array): Uint8Array {
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(data.length));
  return Buffer.concat([length, checksum(length), data, checksum(data)]);
}

/** A CRC-32C that is rotated and moved on, so that the checksum of data which holds checksums is not a weak one. */
function checksum(bytes: Uint8Array): Uint8Array {
  const crc = crc32c(bytes);
  const masked = Buffer.alloc(4);
  masked.writeUInt32LE((((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0);
  return masked;
}

/** The remainders of all bytes under Castagnoli's polynomial, bits reversed (RFC 3720, appendix B.4). */
const remainders = Uint32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit++) remainder = remainder & 1 ? (remainder >>> 1) ^ 0x82f63b78 : remainder >>> 1;
  return remainder >>> 0;
});

export function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ (remainders[(crc ^ byte) & 0xff] ?? 0);
  return ~crc >>> 0;
}
