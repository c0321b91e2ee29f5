import { describe, expect, it } from 'vitest';
import { latentsFromSeeds, maximumSeed } from '../../model/latent.ts';

describe('latentsFromSeeds', () => {
  it('gives the numbers that the public addresses have always meant', () => {
    // From an independent implementation in Python; a change here changes every car ever shared.
    const expected = [
      [1.0271775679456403, 0.1931295978853847, 0.40042869885474475, -0.009860904918430322],
      [-0.622240395303654, -1.1699537711794108, 0.02088141282430558, -1.7616155732734777],
    ];
    const latents = latentsFromSeeds([42, maximumSeed], 4);
    for (const [at, value] of expected.flat().entries()) expect(latents[at]).toBeCloseTo(value, 6);
    expect(latents).toHaveLength(8);
  });

  it('rounds to float32', () => {
    expect(latentsFromSeeds([42], 1)[0]).toBe(Math.fround(1.0271775679456403));
  });

  it('gives a seed the same vector alone as among others', () => {
    const together = latentsFromSeeds([7, 0, maximumSeed], 100);
    expect(together.subarray(0, 100)).toEqual(latentsFromSeeds([7], 100));
    expect(together.subarray(100, 200)).toEqual(latentsFromSeeds([0], 100));
    expect(together.subarray(200)).toEqual(latentsFromSeeds([maximumSeed], 100));
  });

  it('begins a longer vector with the shorter one of the same seed', () => {
    expect(latentsFromSeeds([9], 100).subarray(0, 10)).toEqual(latentsFromSeeds([9], 10));
  });

  it('gives nothing for no seeds', () => {
    expect(latentsFromSeeds([], 100)).toEqual(new Float32Array(0));
  });

  it('knows the largest 32-bit integer as the largest seed', () => {
    expect(maximumSeed).toBe(2 ** 32 - 1);
  });
});
