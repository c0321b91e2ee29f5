import { describe, expect, it } from 'vitest';
import { duplicateGroups } from '../../../model/dataset/duplicates/near-duplicates.ts';
import { resizeByArea } from '../../../model/dataset/resize.ts';
import { mirrored } from '../../../model/evaluation/closest-pairs.ts';
import { splitPictures } from '../../../model/evaluation/protocol.ts';
import { blots } from '../../support/packed-pictures.ts';

const bytes = 32 * 32 * 3;
const pick = (images: Uint8Array, rows: readonly number[]) =>
  Buffer.concat(rows.map((row) => images.subarray(row * bytes, (row + 1) * bytes)));

describe('duplicateGroups', () => {
  const images = blots(20);

  it('leaves pictures apart that are unlike', () => {
    expect([...duplicateGroups(images, 32)]).toEqual(Array.from({ length: 20 }, (_, index) => index));
  });

  it.each<[string, (image: Uint8Array) => Uint8Array]>([
    ['the same', (image) => image],
    ['darker', (image) => image.map((value) => value * 0.6)],
    ['noisy', (image) => image.map((value, at) => Math.min(255, value + ((at * 7919) % 13)))],
    ['mirrored', (image) => mirrored({ images: image, imageSize: 32 }).subarray(bytes)],
    ['with a black border', (image) => image.map((value, at) => (at % 96 < 6 || at >= bytes - 288 ? 0 : value))],
  ])('finds a picture that is %s', (_, change) => {
    const changed = Buffer.concat([images, change(images.subarray(4 * bytes, 5 * bytes))]);
    const groups = duplicateGroups(changed, 32);
    expect(groups[20]).toBe(4);
    expect(new Set(groups).size).toBe(20);
  });

  it('joins the friends of friends', () => {
    const other = blots(1, 32, 99);
    // From the first picture to another, row by row: neighbours are alike, the ends are not.
    const steps = Array.from({ length: 9 }, (_, step) =>
      images.slice(0, bytes).map((value, at) => (at < (step * bytes) / 8 ? (other[at] as number) : value)),
    );
    // In an order in which groups of several are joined, too.
    for (const order of [
      [0, 1, 2, 3, 4, 5, 6, 7, 8],
      [0, 8, 4, 2, 6, 1, 3, 5, 7],
      [8, 0, 1, 7, 2, 6, 3, 5, 4],
    ]) {
      const chain = Buffer.concat(order.map((step) => steps[step] as Uint8Array));
      expect([...duplicateGroups(chain, 32)]).toEqual(new Array(9).fill(0));
    }
    expect([...duplicateGroups(Buffer.concat([steps[0] as Uint8Array, steps[8] as Uint8Array]), 32)]).toEqual([0, 1]);
  });
});

describe('splitPictures', () => {
  const images = blots(400);
  const { training, heldOut } = splitPictures(images, 32);

  it('puts every picture on one side, about 15 in 100 on the held-out one', () => {
    expect([...training, ...heldOut].sort((a, b) => a - b)).toEqual(Array.from({ length: 400 }, (_, index) => index));
    expect(heldOut.length).toBeGreaterThan(40);
    expect(heldOut.length).toBeLessThan(80);
  });

  it('goes by the picture, not by its place or its company', () => {
    const rows = Array.from({ length: 200 }, (_, index) => 399 - 2 * index);
    const alone = splitPictures(pick(images, rows), 32);
    expect(alone.heldOut.map((at) => rows[at])).toEqual(rows.filter((row) => heldOut.includes(row)));
  });

  it('goes by the picture at 32 pixels, so that the same one packed larger falls on the same side', () => {
    const large = blots(60, 64);
    const small = Array.from({ length: 60 }, (_, row) => {
      const pixels = large.subarray(row * 4 * bytes, (row + 1) * 4 * bytes);
      return resizeByArea({ pixels, width: 64, height: 64 }, 32, 32);
    });
    expect(splitPictures(large, 64)).toEqual(splitPictures(Buffer.concat(small), 32));
  });

  it('groups at that size too, where a rounding decides whether two pictures are near duplicates', () => {
    const faint = (seed: number) => blots(40, 64, seed).map((value, at) => 100 + value / 64 + ((at * 7919) % 3));
    const [ones, others] = [faint(1), faint(2)];
    // Each has a partner that shares a part of its rows, so that about as many bits of their hashes differ as may.
    const partners = ones.map((value, at) => {
      const [picture, row] = [Math.floor(at / (4 * bytes)), Math.floor(at / 192) % 64];
      return row < 26 + picture / 4 ? value : (others[at] as number);
    });
    const large = Buffer.concat([ones, partners]);
    const small = Array.from({ length: 80 }, (_, row) => {
      const pixels = large.subarray(row * 4 * bytes, (row + 1) * 4 * bytes);
      return resizeByArea({ pixels, width: 64, height: 64 }, 32, 32);
    });
    expect(splitPictures(large, 64)).toEqual(splitPictures(Buffer.concat(small), 32));
  });

  it('keeps near duplicates on one side, wherever they stand', () => {
    const darker = images.map((value) => value * 0.7);
    const both = splitPictures(Buffer.concat([images, darker]), 32);
    for (const side of [both.training, both.heldOut])
      expect(side.filter((row) => row < 400).map((row) => row + 400)).toEqual(side.filter((row) => row >= 400));
  });

  it('holds back again what an earlier split held back, near duplicates too, and moves nothing else', () => {
    const chosen = training.slice(0, 5);
    const darker = pick(images, chosen).map((value) => value * 0.7);
    const again = splitPictures(images, 32, { images: darker, imageSize: 32 });
    expect(again.heldOut).toEqual([...heldOut, ...chosen].sort((a, b) => a - b));
    expect(again.training).toEqual(training.slice(5));
  });

  it('is a fixed one: these pictures have always fallen so', () => {
    expect(heldOut.slice(0, 8)).toMatchInlineSnapshot(`
      [
        3,
        5,
        10,
        17,
        33,
        34,
        41,
        43,
      ]
    `);
  });
});
