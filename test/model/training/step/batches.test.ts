import { describe, expect, it } from 'vitest';
import { randomFromSeed } from '../../../../model/random.ts';
import { type BatchOptions, createBatches } from '../../../../model/training/step/batches.ts';

/** So many images of 2x2 pixels; pixel p of image k has the red, green and blue 40 k + 3 p, 40 k + 3 p + 1, 40 k + 3 p + 2. */
const imagesOf = (count: number) =>
  Uint8Array.from({ length: count * 12 }, (_, at) => 40 * Math.floor(at / 12) + (at % 12));

function open(count: number, options: Partial<BatchOptions> = {}) {
  const images = imagesOf(count);
  return createBatches({
    images,
    imageSize: 2,
    batchSize: count,
    mirror: false,
    random: randomFromSeed(1),
    ...options,
  });
}

/** The images of a batch as the bytes that they were, each a list. */
function bytesOf(batch: Float32Array): number[][] {
  const bytes = Array.from(batch, (value) => Math.round((value + 1) * 127.5));
  return Array.from({ length: bytes.length / 12 }, (_, image) => bytes.slice(image * 12, (image + 1) * 12));
}

/** Which images are in a batch, mirrored or not: each one's smallest byte says. */
const numbersIn = (batch: Float32Array) => bytesOf(batch).map((bytes) => Math.floor(Math.min(...bytes) / 40));

describe('batches', () => {
  it('hold bytes from 0 to 255 as numbers from -1 to 1', () => {
    const images = Uint8Array.of(0, 51, 255, 0, 51, 255, 0, 51, 255, 0, 51, 255);
    const batch = open(1, { images }).next();
    [-1, -0.6, 1].forEach((value, at) => {
      expect(batch[at]).toBeCloseTo(value, 6);
    });
  });

  it('show every image once in each epoch, in an order that is new each time', () => {
    const batches = open(6);
    const epochs = [1, 2, 3, 4].map(() => numbersIn(batches.next()));
    for (const epoch of epochs) expect([...epoch].sort()).toEqual([0, 1, 2, 3, 4, 5]);
    expect(new Set(epochs.map((epoch) => epoch.join())).size).toBe(4);
  });

  it('have every order equally often', () => {
    const batches = open(3);
    const seen = new Map<string, number>();
    for (let epoch = 0; epoch < 1200; epoch++) {
      const order = numbersIn(batches.next()).join();
      seen.set(order, (seen.get(order) ?? 0) + 1);
    }
    expect(seen.size).toBe(6);
    // 200 each; five standard deviations are 65.
    for (const [order, count] of seen) expect(Math.abs(count - 200), order).toBeLessThan(65);
  });

  it('go over from one epoch to the next within a batch, without leaving an image out', () => {
    const batches = open(4, { batchSize: 3 });
    const shown = [1, 2, 3, 4].flatMap(() => numbersIn(batches.next()));
    expect(shown).toHaveLength(12);
    for (const epoch of [shown.slice(0, 4), shown.slice(4, 8), shown.slice(8)])
      expect([...epoch].sort()).toEqual([0, 1, 2, 3]);
  });

  it('never mirror an image unless they are told to', () => {
    const batches = open(4);
    for (let epoch = 0; epoch < 10; epoch++)
      for (const bytes of bytesOf(batches.next())) expect(bytes[0]).toBe(Math.min(...bytes));
  });

  it('mirror half of the images left to right, colours and rows as they were, where they are told to', () => {
    const batches = open(4, { mirror: true });
    const seen = Array.from({ length: 100 }, () => bytesOf(batches.next())).flat();
    const mirrored = seen.filter((bytes) => bytes[0] !== Math.min(...bytes));
    // Of 400; five standard deviations are 50.
    expect(Math.abs(mirrored.length - 200)).toBeLessThan(50);
    for (const bytes of mirrored) {
      const first = Math.min(...bytes);
      const offsets = [3, 4, 5, 0, 1, 2, 9, 10, 11, 6, 7, 8];
      expect(bytes).toEqual(offsets.map((offset) => first + offset));
    }
    const firstImages = mirrored.map((bytes) => Math.floor(Math.min(...bytes) / 40));
    expect(new Set(firstImages).size).toBe(4);
  });

  it('go on from where they were, to the same images', () => {
    const random = randomFromSeed(3);
    const one = open(5, { batchSize: 2, random });
    one.next();
    const position = one.position();
    expect(position.next).toBe(2);
    const other = open(5, { batchSize: 2, random: randomFromSeed(9), position });
    expect(other.next()).toEqual(one.next());
    expect(numbersIn(one.next()).slice(0, 1)).toEqual([position.order[4]]);
  });
});
