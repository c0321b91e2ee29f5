import { describe, expect, it } from 'vitest';
import type { Engine } from '../../../model/engine/engine.ts';
import { pictureOf, scaleUp } from '../../../model/image.ts';
import { latentsFromSeeds } from '../../../model/latent.ts';
import { buildIndex } from '../../../model/likeness/build-index.ts';
import { encodeIndex, parseIndex } from '../../../model/likeness/car-index.ts';
import { featureParts, featuresOf } from '../../../model/likeness/features.ts';
import { carsOfColour, nearestCars, projectFeatures } from '../../../model/likeness/nearest.ts';
import { colourDistance, paintOf } from '../../../model/likeness/paint.ts';
import { refine } from '../../../model/likeness/refine.ts';
import { randomFromSeed } from '../../../model/random.ts';

const size = 32;
const latentSize = 8;
const bytes = size * size * 3;

/** A bright box on a tinted ground; where it lies and which colours there are follows the latent vector. */
const engine: Engine = {
  name: 'onnx',
  latentSize,
  imageSize: size,
  async draw(latents) {
    const cars = new Uint8Array((latents.length / latentSize) * bytes);
    for (let car = 0; car < latents.length / latentSize; car++) {
      const z = latents.subarray(car * latentSize, (car + 1) * latentSize);
      const level = (at: number) => Math.round(128 + 100 * Math.tanh((z[at] ?? 0) / 2));
      const [left, top] = [10 + Math.round(6 * Math.tanh(z[6] ?? 0)), 10 + Math.round(6 * Math.tanh(z[7] ?? 0))];
      for (let y = 0; y < size; y++)
        for (let x = 0; x < size; x++) {
          const inBox = x >= left && x < left + 10 && y >= top && y < top + 10;
          const colour = inBox ? [level(0), level(1), level(2)] : [level(3), level(4), level(5)];
          cars.set(colour, car * bytes + (y * size + x) * 3);
        }
    }
    return cars;
  },
  dispose: async () => undefined,
};

const carOf = async (seed: number) => pictureOf(await engine.draw(latentsFromSeeds([seed], latentSize)), 0, size);
const index = buildIndex(engine, 400);

describe('the index of cars', () => {
  it('finds each of its cars first, at any size', async () => {
    const built = await index;
    for (const seed of [0, 17, 200, 399]) {
      const picture = scaleUp(await carOf(seed), 3);
      const [first] = nearestCars(built, projectFeatures(built, featuresOf(picture)), 1);
      expect(first?.seed).toBe(seed);
    }
  });

  it('puts cars in the order of how unlike they are', async () => {
    const found = nearestCars(await index, projectFeatures(await index, featuresOf(await carOf(9999))), 50);
    const distances = found.map(({ distance }) => distance);
    expect(distances).toEqual([...distances].sort((one, other) => one - other));
    expect(new Set(found.map(({ seed }) => seed)).size).toBe(50);
  });

  it('has what is nearest by its numbers among the nearest by pixels, too', async () => {
    const cars = await Promise.all(Array.from({ length: 400 }, (_, seed) => carOf(seed)));
    const ranks: number[] = [];
    for (let seed = 9990; seed < 10_000; seed++) {
      const { pixels, ...rest } = await carOf(seed);
      const [first] = nearestCars(await index, projectFeatures(await index, featuresOf({ pixels, ...rest })), 1);
      const apart = cars.map((car) =>
        car.pixels.reduce((sum, value, at) => sum + Math.abs(value - (pixels[at] ?? 0)), 0),
      );
      ranks.push(apart.filter((other) => other < (apart[first?.seed ?? 0] ?? 0)).length);
    }
    // Half of the 400 would be chance.
    expect(ranks.reduce((sum, rank) => sum + rank, 0) / ranks.length).toBeLessThan(40);
  });

  it('finds cars by the colour of their paint', async () => {
    const wanted = [200, 60, 60] as const;
    const [first] = carsOfColour(await index, wanted, 1);
    const distanceOf = async (seed: number) => colourDistance(wanted, paintOf(await carOf(seed)));
    const nearest = await distanceOf(first?.seed ?? -1);
    for (let seed = 0; seed < 400; seed++) expect(await distanceOf(seed)).toBeGreaterThanOrEqual(nearest);
  });

  it('is the same after it was written and read', async () => {
    const file = encodeIndex(await index);
    expect(parseIndex(file, featureParts)).toEqual(await index);
    // 400 cars of 2 x 16 numbers and 3 of paint, the two sets of axes, and a short header.
    expect(file.length - 400 * 35 - (192 + 512) * 17 * 4).toBeLessThan(300);
  });

  it.each([
    ['nothing', (file: Uint8Array) => file.subarray(0, 0)],
    ['something else', () => new TextEncoder().encode('no index at all')],
    ['one cut off', (file: Uint8Array) => file.subarray(0, file.length - 1)],
    ['one with more behind it', (file: Uint8Array) => Uint8Array.of(...file, 0)],
  ])('is refused when it is %s', async (_, change) => {
    const file = change(encodeIndex(await index));
    expect(() => parseIndex(file, featureParts)).toThrow(expect.objectContaining({ code: 'damaged-bundle' }));
  });

  it('is refused when it is for other features', async () => {
    const file = encodeIndex(await index);
    expect(() => parseIndex(file, [192, 500])).toThrow('another version of this program');
  });
});

describe('the features of a picture', () => {
  it('are nothing but the edges of what has one colour', () => {
    const pixels = new Uint8Array(bytes);
    for (let at = 0; at < bytes; at += 3) pixels.set([255, 0, 0], at);
    const features = featuresOf({ pixels, width: size, height: size });
    // Rec. 601 has red at 0.299.
    expect(features[0]).toBeCloseTo(0.299, 5);
    expect(features[1]).toBeCloseTo(-0.299, 5);
    expect(features[2]).toBeCloseTo(0.701, 5);
    expect(Math.max(...features.subarray(192))).toBe(0);
  });

  it('have upright edges where the picture has', () => {
    const pixels = new Uint8Array(bytes).map((_, at) => (Math.floor(at / 3) % size < 16 ? 0 : 255));
    const edges = featuresOf({ pixels, width: size, height: size }).subarray(192);
    const strong = [...edges].flatMap((value, at) => (value > 0.1 ? [at] : []));
    // In the two columns of cells at the middle, and in the first of the eight directions only: brighter to the right.
    expect(strong.every((at) => at % 8 === 0 && [3, 4].includes(Math.floor(at / 8) % 8))).toBe(true);
    expect(strong).toHaveLength(16);
    // Four rows of an edge of 1 in each of the six cells around; at the second row of cells, three rows only in those at the upper end.
    expect(edges[(3 * 8 + 3) * 8]).toBeCloseTo(4 / (Math.sqrt(6 * 4 ** 2) + 0.15), 5);
    expect(edges[(1 * 8 + 3) * 8]).toBeCloseTo(4 / (Math.sqrt(4 * 4 ** 2 + 2 * 3 ** 2) + 0.15), 5);
  });
});

describe('colours', () => {
  it('are as far apart as they look', () => {
    expect(colourDistance([10, 20, 30], [10, 20, 30])).toBe(0);
    // Oklab of white is 1, 0, 0 and of black 0, 0, 0.
    expect(colourDistance([255, 255, 255], [0, 0, 0])).toBeCloseTo(1, 4);
    expect(colourDistance([200, 0, 0], [180, 0, 0])).toBeLessThan(colourDistance([200, 0, 0], [0, 200, 0]));
  });

  it('are of the bonnet, whatever is around', () => {
    const pixels = new Uint8Array(bytes);
    for (let y = 11; y < 15; y++) for (let x = 8; x < 24; x++) pixels.set([10, 200, 30], (y * size + x) * 3);
    expect(paintOf({ pixels, width: size, height: size })).toEqual([10, 200, 30]);
  });
});

describe('refining', () => {
  const begin = async () => {
    const built = await index;
    const wanted = projectFeatures(built, featuresOf(await carOf(123_456)));
    const seeds = nearestCars(built, wanted, 12).map(({ seed }) => seed);
    return { built, wanted, parents: latentsFromSeeds(seeds, latentSize) };
  };

  it('finds a car that is much nearer than the nearest of the index, the same one for the same randomness', async () => {
    const { built, wanted, parents } = await begin();
    const [first] = nearestCars(built, wanted, 1);
    const run = () =>
      refine(engine, built, { wanted, parents }, { rounds: 30, children: 16, random: randomFromSeed(1) });
    const found = await run();
    expect(found.distance).toBeLessThan((first?.distance ?? 0) / 2);
    expect(found.car).toEqual((await engine.draw(found.latent)).subarray(0, bytes));
    expect((await run()).latent).toEqual(found.latent);
  });

  it('keeps the nearest one where nothing is bred, and ends when it is told to', async () => {
    const { built, wanted, parents } = await begin();
    const rounds: number[] = [];
    const options = { children: 4, random: randomFromSeed(1) };
    const none = await refine(engine, built, { wanted, parents }, { ...options, rounds: 0 });
    // By the exact numbers the quantised order may change by a place.
    expect(
      [
        ...latentsFromSeeds(
          nearestCars(built, wanted, 3).map(({ seed }) => seed),
          latentSize,
        ),
      ].join(),
    ).toContain(none.latent.join());
    const onRound = (round: number) => rounds.push(round) < 3;
    await refine(engine, built, { wanted, parents }, { ...options, rounds: 100, onRound });
    expect(rounds).toEqual([1, 2, 3]);
  });
});
