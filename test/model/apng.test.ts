import { inflateSync } from 'node:zlib';
import { PNG } from 'pngjs';
import { expect, it } from 'vitest';
import { encodeApng } from '../../model/apng.ts';
import { scaleUp } from '../../model/image.ts';

const frame = (value: number) => ({ pixels: new Uint8Array(4 * 2 * 3).fill(value), width: 4, height: 2 });

/** The chunks of a PNG as `type:length`, for eyes and comparisons. */
function chunkList(png: Uint8Array): string[] {
  const bytes = Buffer.from(png);
  const list: string[] = [];
  for (let at = 8; at < bytes.length; at += 12 + bytes.readUInt32BE(at))
    list.push(bytes.toString('latin1', at + 4, at + 8));
  return list;
}

it('puts the first frame where every PNG reader looks for it', () => {
  const decoded = PNG.sync.read(Buffer.from(encodeApng([frame(10), frame(200)], { delay: 80 })), { checkCRC: true });
  expect(decoded).toMatchObject({ width: 4, height: 2 });
  expect([...decoded.data.subarray(0, 4)]).toEqual([10, 10, 10, 255]);
});

it('has the chunks of the specification, numbered in one sequence', () => {
  const bytes = Buffer.from(encodeApng([frame(1), frame(2), frame(3)], { delay: 80 }));
  expect(chunkList(bytes)).toEqual(['IHDR', 'acTL', 'fcTL', 'IDAT', 'fcTL', 'fdAT', 'fcTL', 'fdAT', 'IEND']);
  const animation = bytes.indexOf('acTL') + 4;
  expect([bytes.readUInt32BE(animation), bytes.readUInt32BE(animation + 4)]).toEqual([3, 0]);
  const sequence: number[] = [];
  for (let at = 8; at < bytes.length; at += 12 + bytes.readUInt32BE(at)) {
    if (['fcTL', 'fdAT'].includes(bytes.toString('latin1', at + 4, at + 8))) sequence.push(bytes.readUInt32BE(at + 8));
  }
  expect(sequence).toEqual([0, 1, 2, 3, 4]);
  const control = bytes.indexOf('fcTL') + 4;
  expect([4, 8, 12, 16].map((at) => bytes.readUInt32BE(control + at))).toEqual([4, 2, 0, 0]);
  expect([bytes.readUInt16BE(control + 20), bytes.readUInt16BE(control + 22)]).toEqual([80, 1000]);
});

it('enlarges each frame as a single image is enlarged', () => {
  const [one, other] = [frame(1), { ...frame(2), pixels: Uint8Array.from({ length: 24 }, (_, at) => at * 9) }];
  const enlarged = encodeApng(
    [one, other].map((picture) => scaleUp(picture, 3)),
    { delay: 80 },
  );
  const data = (bytes: Uint8Array, type: string) => {
    const at = Buffer.from(bytes).indexOf(type);
    const length = Buffer.from(bytes).readUInt32BE(at - 4);
    return inflateSync(bytes.subarray(at + (type === 'fdAT' ? 8 : 4), at + 4 + length)).length;
  };
  const scaled = encodeApng([one, other], { delay: 80, scale: 3 });
  expect([...scaled.subarray(0, 41)]).toEqual([...enlarged.subarray(0, 41)]);
  for (const type of ['IDAT', 'fdAT']) expect(data(scaled, type)).toBe(data(enlarged, type));
});
