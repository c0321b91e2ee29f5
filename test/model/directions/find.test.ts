import { expect, it } from 'vitest';
import { changeLatents } from '../../../model/directions/change.ts';
import type { Directions } from '../../../model/directions/directions.ts';
import { findDirections } from '../../../model/directions/find.ts';
import { measureCar, propertyNames } from '../../../model/directions/properties.ts';
import type { Engine } from '../../../model/engine/engine.ts';
import { latentsFromSeeds } from '../../../model/latent.ts';

const size = 32;
const latentSize = 12;

/** How much of each latent number there is in what a part of the picture looks like: the parts share numbers, so that none is pure by itself. */
const paint = (z: Float32Array, from: number) => {
  const value = (at: number) => z[(from + at) % latentSize] ?? 0;
  const level = 128 + 70 * Math.tanh(0.3 * (value(0) + 0.6 * value(1) - 0.4 * value(2)));
  const tint = 40 * Math.tanh(0.4 * value(3));
  return [level + tint, level, level - tint].map((channel) => Math.round(Math.min(255, Math.max(0, channel))));
};

/** Draws boxes where lamps, windscreen, corners and paint are, each by numbers of its own and some of its neighbour's. */
const engine: Engine = {
  name: 'onnx',
  latentSize,
  imageSize: size,
  async draw(latents) {
    const count = latents.length / latentSize;
    const cars = new Uint8Array(count * size * size * 3);
    for (let car = 0; car < count; car++) {
      const z = latents.subarray(car * latentSize, (car + 1) * latentSize);
      const parts = [paint(z, 0), paint(z, 4), paint(z, 7), paint(z, 9)];
      for (let y = 0; y < size; y++)
        for (let x = 0; x < size; x++) {
          const isSide = x < 5 || x >= 27;
          const part = y < 10 && isSide ? 1 : y < 12 ? 2 : x < 9 || x >= 23 ? 3 : 0;
          const shade = x < size / 2 ? Math.round(12 + 12 * Math.tanh(z[11] ?? 0)) : 0;
          const colour = (parts[part] ?? []).map((channel) => Math.min(255, Math.max(0, channel + shade)));
          cars.set(colour, ((car * size + y) * size + x) * 3);
        }
    }
    return cars;
  },
  dispose: async () => undefined,
};

it('finds directions each of which changes its own property at least three times as much as any other', async () => {
  const found = await findDirections(engine, { cars: 1500, measuredWith: 60 });
  expect(found.directions.length).toBeGreaterThanOrEqual(4);
  // Measured here once more, with cars that had no part in it.
  const origin = latentsFromSeeds([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], latentSize);
  const means = async (latents: Float32Array) => {
    const drawn = await engine.draw(latents);
    const bytes = size * size * 3;
    const rows = Array.from({ length: drawn.length / bytes }, (_, at) =>
      measureCar(drawn.subarray(at * bytes, (at + 1) * bytes), size),
    );
    return propertyNames.map((_, at) => rows.reduce((sum, row) => sum + (row[at] ?? 0), 0) / rows.length);
  };
  const before = await means(origin);
  for (const { name, effects, purity } of found.directions) {
    expect(purity).toBeGreaterThanOrEqual(3);
    expect(effects[name]).toBeGreaterThan(0.6);
    const after = await means(changeLatents(origin, { [name]: 1 }, found));
    const own = propertyNames.indexOf(name);
    expect([name, (after[own] ?? 0) > (before[own] ?? 0)]).toEqual([name, true]);
  }
}, 60_000);

const directions: Directions = {
  format: 1,
  measuredWith: 1,
  directions: [
    { name: 'warmth', title: 'Hue', ends: ['bluer', 'redder'], effects: { warmth: 1 }, purity: 9, vector: [1, 0, -2] },
  ],
};

it('adds a direction to each latent vector as many times as is asked', () => {
  const latents = Float32Array.of(0, 1, 2, 3, 4, 5);
  expect(changeLatents(latents, { warmth: 0.5 }, directions)).toEqual(Float32Array.of(0.5, 1, 1, 3.5, 4, 4));
  expect(changeLatents(latents, { warmth: 0 }, undefined)).toBe(latents);
  expect(() => changeLatents(latents, { lamps: 1 }, directions)).toThrow('This model knows no direction lamps.');
});

it('measures the brightness of the paint in the middle, and how alike the halves are', () => {
  const picture = new Uint8Array(size * size * 3);
  for (let at = 0; at < picture.length; at += 3) picture.set([100, 100, 100], at);
  const named = Object.fromEntries(propertyNames.map((name, at) => [name, measureCar(picture, size)[at]]));
  expect(named).toMatchObject({ warmth: 0, colour: 0 });
  expect(named.brightness).toBeCloseTo(100, 3);
  expect(named.symmetry).toBeCloseTo(0, 6);
  // The left half a step brighter than the right one.
  for (let y = 0; y < size; y++) for (let x = 0; x < 16; x++) picture.set([110, 110, 110], (y * size + x) * 3);
  expect(measureCar(picture, size)[propertyNames.indexOf('symmetry')]).toBeCloseTo(-10, 6);
});
