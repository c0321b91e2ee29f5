import fc from 'fast-check';
import { expect, it } from 'vitest';
import { latentsFromSeeds } from '../../model/latent.ts';
import { latentsOfCars, morphLatents } from '../../model/morph.ts';

const seeds = fc.integer({ min: 0, max: 4294967295 });

it('begins and ends at the two cars themselves', () => {
  fc.assert(
    fc.property(seeds, seeds, fc.integer({ min: 2, max: 20 }), (from, to, frames) => {
      const walk = morphLatents([from, to], frames, 100);
      expect(walk).toHaveLength(frames * 100);
      expect(walk.subarray(0, 100)).toEqual(latentsFromSeeds([from], 100));
      expect(walk.subarray(-100)).toEqual(latentsFromSeeds([to], 100));
    }),
  );
});

it('never walks through vectors shorter than its shorter end, as the straight line would', () => {
  fc.assert(
    fc.property(seeds, seeds, (from, to) => {
      const walk = morphLatents([from, to], 9, 100);
      const lengths = Array.from({ length: 9 }, (_, frame) =>
        Math.hypot(...walk.subarray(frame * 100, frame * 100 + 100)),
      );
      const shortest = Math.min(lengths[0] ?? 0, lengths[8] ?? 0);
      expect(Math.min(...lengths)).toBeGreaterThan(shortest * 0.95);
    }),
  );
});

it('stands still between a car and itself', () => {
  const walk = morphLatents([5, 5], 3, 100);
  expect(walk.subarray(100, 200)).toEqual(latentsFromSeeds([5], 100));
});

it('passes each car of several where the frames divide evenly', () => {
  const walk = morphLatents([5, 6, 7], 5, 100);
  expect(walk.subarray(200, 300)).toEqual(latentsFromSeeds([6], 100));
  expect(walk.subarray(100, 200)).toEqual(morphLatents([5, 6], 3, 100).subarray(100, 200));
  expect(walk.subarray(400)).toEqual(latentsFromSeeds([7], 100));
});

it('finds the cars of a walk by how far they are on the way', () => {
  const walk = morphLatents([5, 6], 5, 100);
  expect(latentsOfCars([{ seed: 5, towards: 6, by: 0.25 }, { seed: 9 }], 100)).toEqual(
    Float32Array.of(...walk.subarray(100, 200), ...latentsFromSeeds([9], 100)),
  );
});
