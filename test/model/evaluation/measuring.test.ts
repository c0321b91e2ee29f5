import { describe, expect, it } from 'vitest';
import type { Engine } from '../../../model/engine/engine.ts';
import { createMeasuring } from '../../../model/evaluation/measuring.ts';
import { latentsFromSeeds } from '../../../model/latent.ts';

const size = 2;
const bytes = size ** 2 * 3;

/** Draws plain images whose value is told by the first number of the latent vector. */
const shadeOf = (number: number) => Math.round(128 + 30 * number);
const engine = {
  latentSize: 4,
  imageSize: size,
  draw: async (latents: Float32Array) =>
    Uint8Array.from({ length: (latents.length / 4) * bytes }, (_, at) =>
      shadeOf(latents[Math.floor(at / bytes) * 4] as number),
    ),
} as Engine;

/** Two numbers an image: its first value, and the one to the right of it, by which a mirror image is told. */
const extractor = {
  extract: async (images: Uint8Array) => {
    const count = images.length / bytes;
    const values = Float32Array.from({ length: count * 2 }, (_, at) => {
      return images[Math.floor(at / 2) * bytes + (at % 2) * 3] as number;
    });
    return { values, count, size: 2 };
  },
};

/** `count` images, each with another left and right half. */
function dataset(count: number, of = (at: number) => at % 200) {
  const images = Uint8Array.from({ length: count * bytes }, (_, at) => {
    const isRight = Math.floor((at % bytes) / 3) % 2 === 1;
    return of(Math.floor(at / bytes)) + (isRight ? 50 : 0);
  });
  return { images, imageSize: size, count } as Parameters<typeof createMeasuring>[1];
}

describe('measuring a model', () => {
  it('draws the cars that were asked for, each once and in the order of their seeds, over several batches', async () => {
    const measuring = await createMeasuring(extractor, dataset(20), undefined);
    const { cars } = await measuring.measure(engine, { count: 130, seed: 7, truncation: 0.5 });
    const expected = Array.from({ length: 130 }, (_, at) => {
      return shadeOf(0.5 * (latentsFromSeeds([7 + at], 4)[0] as number));
    });
    expect(Array.from({ length: 130 }, (_, at) => cars[at * bytes])).toEqual(expected);
    expect(cars).toHaveLength(130 * bytes);
  });

  it('looks at every image, a thousand at a time, and tells so', async () => {
    const told: string[] = [];
    const measuring = await createMeasuring(extractor, dataset(1100), undefined, (what) => told.push(what));
    expect(told).toEqual(['looking at the real pictures: 0 of 1100', 'looking at the real pictures: 1024 of 1100']);
    expect(measuring.featureSize).toBe(2);
  });

  it('finds copies of the mirror images of what a model was trained on', async () => {
    // Drawn cars are plain, so none is near the left or the right of these.
    const training = dataset(40, (at) => at);
    const mirrored = { ...engine, draw: async () => mirrorOf(training.images.subarray(0, 20 * bytes)) } as Engine;
    const measuring = await createMeasuring(
      extractor,
      dataset(30, (at) => 100 + at),
      training,
    );
    const { evaluation } = await measuring.measure(mirrored, { count: 20, seed: 0, truncation: 1 });
    expect(evaluation.copying).toMatchObject({ smallestRatio: 0, suspicious: 20 });
    expect(evaluation.copying?.closest.every(({ training: row }) => row >= 40)).toBe(true);
  });
});

/** The halves of plain 2x2 images with other halves, exchanged. */
function mirrorOf(images: Uint8Array): Uint8Array {
  return images.map((_, at) => images[at + (Math.floor((at % bytes) / 3) % 2 === 0 ? 3 : -3)] as number);
}
