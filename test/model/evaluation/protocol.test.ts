import { describe, expect, it } from 'vitest';
import { duplicateGroups } from '../../../model/dataset/duplicates/near-duplicates.ts';
import { resizeByArea } from '../../../model/dataset/resize.ts';
import { splitPictures } from '../../../model/evaluation/protocol.ts';
import { mirrorRows } from '../../../model/image.ts';
import { blots } from '../../support/packed-pictures.ts';

const bytes = 32 * 32 * 3;
const pick = (images: Uint8Array, rows: readonly number[]) =>
  Buffer.concat(rows.map((row) => images.subarray(row * bytes, (row + 1) * bytes)));

describe('duplicateGroups', () => {
  const images = blots(20);

  it('leaves pictures apart that are unlike', async () => {
    expect([...(await duplicateGroups(images, 32))]).toEqual(Array.from({ length: 20 }, (_, index) => index));
  });

  it.each<[string, (image: Uint8Array) => Uint8Array]>([
    ['the same', (image) => image],
    ['darker', (image) => image.map((value) => value * 0.6)],
    ['noisy', (image) => image.map((value, at) => Math.min(255, value + ((at * 7919) % 13)))],
    ['mirrored', (image) => mirrorRows(image, 32)],
    ['with a black border', (image) => image.map((value, at) => (at % 96 < 6 || at >= bytes - 288 ? 0 : value))],
  ])('finds a picture that is %s', async (_, change) => {
    const changed = Buffer.concat([images, change(images.subarray(4 * bytes, 5 * bytes))]);
    const groups = await duplicateGroups(changed, 32);
    expect(groups[20]).toBe(4);
    expect(new Set(groups).size).toBe(20);
  });

  it('joins the friends of friends', async () => {
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
      expect([...(await duplicateGroups(chain, 32))]).toEqual(new Array(9).fill(0));
    }
    expect([...(await duplicateGroups(Buffer.concat([steps[0] as Uint8Array, steps[8] as Uint8Array]), 32))]).toEqual([
      0, 1,
    ]);
  });
});

describe('duplicateGroups of many pictures', () => {
  /** From one picture to another in so many steps, a few rows of pixels more at each. */
  const walk = (count: number) => {
    const [one, other] = [blots(1, 32, 1), blots(1, 32, 2)];
    return Array.from({ length: count }, (_, step) =>
      one.map((value, at) => (at < (step * bytes) / count ? (other[at] as number) : value)),
    );
  };
  /** Through as many other pictures as it takes: 40 legs of 5 steps, which are alike, but not the same photograph. */
  const chain = Array.from({ length: 40 }, (_, leg) => {
    const [one, other] = [blots(1, 32, leg), blots(1, 32, leg + 1)];
    return Array.from({ length: 5 }, (_, step) =>
      one.map((value, at) => (at < (step * bytes) / 5 ? (other[at] as number) : value)),
    );
  }).flat();

  it('does not let friends of friends become one group of all', async () => {
    const groups = await duplicateGroups(Buffer.concat(chain), 32);
    const sizes = [...groups].map((group) => groups.filter((other) => other === group).length);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(64);
    expect(Math.min(...sizes)).toBeGreaterThan(1);
  });

  it('still keeps one photograph together, however often it is there', async () => {
    const again = Array.from({ length: 100 }, (_, copy) =>
      blots(1, 32, 7).map((value, at) => Math.min(255, value + ((at * (copy + 1)) % 3))),
    );
    const groups = await duplicateGroups(Buffer.concat([...walk(20), ...again]), 32);
    expect(new Set(groups.subarray(20)).size).toBe(1);
  });

  it('tells how far it has come', async () => {
    const told: number[] = [];
    await duplicateGroups(Buffer.concat(chain), 32, (done) => told.push(done));
    expect(told.at(-1)).toBe(200);
  });
});

describe('splitPictures', async () => {
  const images = blots(400);
  const { training, heldOut } = await splitPictures(images, 32);

  it('puts every picture on one side, about 15 in 100 on the held-out one', () => {
    expect([...training, ...heldOut].sort((a, b) => a - b)).toEqual(Array.from({ length: 400 }, (_, index) => index));
    expect(heldOut.length).toBeGreaterThan(40);
    expect(heldOut.length).toBeLessThan(80);
  });

  it('goes by the picture, not by its place or its company', async () => {
    const rows = Array.from({ length: 200 }, (_, index) => 399 - 2 * index);
    const alone = await splitPictures(pick(images, rows), 32);
    expect(alone.heldOut.map((at) => rows[at])).toEqual(rows.filter((row) => heldOut.includes(row)));
  });

  it('goes by the picture at 32 pixels, so that the same one packed larger falls on the same side', async () => {
    const large = blots(60, 64);
    const small = Array.from({ length: 60 }, (_, row) => {
      const pixels = large.subarray(row * 4 * bytes, (row + 1) * 4 * bytes);
      return resizeByArea({ pixels, width: 64, height: 64 }, 32, 32);
    });
    expect(await splitPictures(large, 64)).toEqual(await splitPictures(Buffer.concat(small), 32));
  });

  it('groups at that size too, where a rounding decides whether two pictures are near duplicates', async () => {
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
    expect(await splitPictures(large, 64)).toEqual(await splitPictures(Buffer.concat(small), 32));
  });

  it('keeps near duplicates on one side, wherever they stand', async () => {
    const darker = images.map((value) => value * 0.7);
    const both = await splitPictures(Buffer.concat([images, darker]), 32);
    for (const side of [both.training, both.heldOut])
      expect(side.filter((row) => row < 400).map((row) => row + 400)).toEqual(side.filter((row) => row >= 400));
  });

  it('holds back again what an earlier split held back, near duplicates too, and moves nothing else', async () => {
    const chosen = training.slice(0, 5);
    const darker = pick(images, chosen).map((value) => value * 0.7);
    const again = await splitPictures(images, 32, { heldBefore: { images: darker, imageSize: 32 } });
    expect(again.heldOut).toEqual([...heldOut, ...chosen].sort((a, b) => a - b));
    expect(again.training).toEqual(training.slice(5));
  });

  it('holds out a larger part that has all of the smaller one', async () => {
    const larger = await splitPictures(images, 32, { part: 0.4 });
    expect(larger.heldOut.length).toBeGreaterThan(120);
    expect(larger.heldOut.length).toBeLessThan(200);
    expect(heldOut.filter((row) => !larger.heldOut.includes(row))).toEqual([]);
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
