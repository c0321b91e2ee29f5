import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import protobuf from 'protobufjs';
import { describe, expect, it } from 'vitest';
import { encodePng } from '../../../../model/png.ts';
import { crc32c, encodeRecord, openEventWriter } from '../../../../model/training/run/tensorboard.ts';
import { temporaryFolder } from '../../store/bundle-fixture.ts';

/** The fields as TensorFlow's own .proto files number them. */
const event = protobuf
  .parse(`syntax = "proto3";
    message Image { int32 height = 1; int32 width = 2; int32 colorspace = 3; bytes encoded_image_string = 4; }
    message Value { string tag = 1; float simple_value = 2; Image image = 4; }
    message Summary { repeated Value value = 1; }
    message SessionLog { int32 status = 1; }
    message Event { double wall_time = 1; int64 step = 2; string file_version = 3; Summary summary = 5; SessionLog session_log = 7; }`)
  .root.lookupType('Event');

/** All events of the one file in `folder`. */
async function readEvents(folder: string) {
  const [name = ''] = await readdir(folder);
  const bytes = await readFile(join(folder, name));
  const events: Record<string, unknown>[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = Number(bytes.readBigUInt64LE(at));
    const data = bytes.subarray(at + 12, at + 12 + length);
    expect(bytes.subarray(at, at + 16 + length)).toEqual(encodeRecord(data));
    events.push(event.toObject(event.decode(data), { longs: Number }));
    at += 16 + length;
  }
  return { name, events };
}

describe('CRC-32C', () => {
  it.each([
    ['123456789', 'the check value of the polynomial', Buffer.from('123456789'), 0xe3069283],
    ['32 zeros', 'RFC 3720, B.4', Buffer.alloc(32), 0x8a9136aa],
    ['32 ones', 'RFC 3720, B.4', Buffer.alloc(32, 0xff), 0x62a8ab43],
  ])('of %s is that of %s', (_, _source, bytes, value) => {
    expect(crc32c(bytes)).toBe(value);
  });
});

describe('a record', () => {
  it('is framed as TensorFlow frames it', () => {
    // Python: tf.io.TFRecordWriter wrote b"car"; the checksums are rotated by 15 bits and moved on by 0xa282ead8.
    const record = Buffer.from(encodeRecord(Buffer.from('car')));
    expect(record.readBigUInt64LE(0)).toBe(3n);
    expect(record.subarray(12, 15).toString()).toBe('car');
    const crc = crc32c(Buffer.from('car'));
    expect(record.readUInt32LE(15)).toBe(((((crc >>> 15) + crc * 2 ** 17) % 2 ** 32) + 0xa282ead8) % 2 ** 32);
    expect(record).toHaveLength(19);
  });
});

describe('an event file', () => {
  it('holds curves and pictures under their steps, and times in seconds', async () => {
    const folder = await temporaryFolder();
    const writer = await openEventWriter(folder, { step: 0, clock: () => 1_800_000_000_500 });
    const png = encodePng({ pixels: new Uint8Array(5 * 2 * 3), width: 5, height: 2 });
    await writer.scalars(20, { real: 0.5, generator: Number.NaN });
    await writer.picture(40, 'cars', png);
    const { name, events } = await readEvents(folder);
    expect(name).toBe('events.out.tfevents.1800000000.00000000.freshcar');
    const wallTime = 1_800_000_000.5;
    expect(events).toEqual([
      { wallTime, fileVersion: 'brain.Event:2' },
      // Step 0, which protocol buffers leave out.
      { wallTime, sessionLog: { status: 1 } },
      { wallTime, step: 20, summary: { value: [{ tag: 'real', simpleValue: 0.5 }] } },
      {
        wallTime,
        step: 40,
        summary: {
          value: [{ tag: 'cars', image: { width: 5, height: 2, colorspace: 3, encodedImageString: Buffer.from(png) } }],
        },
      },
    ]);
  });

  it('of a resumed run makes TensorBoard forget the steps that come again', async () => {
    const folder = await temporaryFolder();
    await openEventWriter(folder, { step: 7, clock: () => 0 });
    const { events } = await readEvents(folder);
    expect(events[1]).toMatchObject({ step: 8, sessionLog: { status: 1 } });
  });

  it('has a name after the newest one, should the clock have gone back', async () => {
    const folder = await temporaryFolder();
    await openEventWriter(folder, { step: 0, clock: () => 5_000_000 });
    await openEventWriter(folder, { step: 9, clock: () => 3_000_000 });
    expect((await readdir(folder)).sort()).toEqual([
      'events.out.tfevents.0000005000.00000000.freshcar',
      'events.out.tfevents.0000005001.00000009.freshcar',
    ]);
  });
});
