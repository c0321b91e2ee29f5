import { describe, expect, it } from 'vitest';
import { latentScale, latentsFromSeeds, maximumSeed } from '../../model/latent.ts';

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

describe('latentScale', () => {
  const measured = { scales: [0.5, 1, 1.5], spreads: [0.25, 1, 1.2] };

  it('is the truncation itself where nothing was measured, and 1 at 1 everywhere', () => {
    expect(latentScale(0.7, undefined)).toBe(0.7);
    expect(latentScale(1, measured)).toBe(1);
    expect(latentScale(1, { scales: [1], spreads: [1] })).toBe(1);
  });

  it.each([
    [0.25, 0.5],
    [0.625, 0.75],
    [0.125, 0.25],
    [1.1, 1.25],
    [1.5, 1.5],
  ])('finds where cars differ %d times as much: at %d', (truncation, scale) => {
    expect(latentScale(truncation, measured)).toBeCloseTo(scale, 10);
  });

  it('goes no further than was measured, however strange a car is asked for', () => {
    for (const truncation of [1.21, 1.3, 2, 100]) expect(latentScale(truncation, measured)).toBe(1.5);
    // The last scale need not be the widest.
    expect(latentScale(2, { scales: [0.5, 1, 1.5], spreads: [0.5, 1, 0.9] })).toBe(1.5);
    expect(latentScale(0.7, { scales: [], spreads: [] })).toBe(0.7);
  });

  it('is the measured scale itself where the spread is just what is asked for', () => {
    expect(latentScale(0.25, { scales: [0.5, 0.75, 1], spreads: [0.25, 0.25, 1] })).toBe(0.5);
    expect(latentScale(1.2, measured)).toBeCloseTo(1.5, 10);
    // From where it first was as wide: half of the way from 0.5 to 1.
    expect(latentScale(0.625, { scales: [0.5, 0.75, 1], spreads: [0.25, 0.25, 1] })).toBeCloseTo(0.75, 10);
  });

  it('takes the first scale that reaches a truncation where the spread falls again', () => {
    const falling = { scales: [0.5, 0.75, 1], spreads: [0.8, 0.6, 1] };
    expect(latentScale(0.4, falling)).toBeCloseTo(0.25, 10);
    expect(latentScale(0.9, falling)).toBeCloseTo(0.75, 10);
  });

  it('means the same for two models that spread differently', () => {
    // The spread of one grows as its scale, that of the other as its square.
    const scales = [0.25, 0.5, 0.75, 1];
    const square = { scales, spreads: scales.map((scale) => scale ** 2) };
    const asked = 0.5625;
    expect(latentScale(asked, { scales, spreads: scales })).toBeCloseTo(asked, 10);
    expect(latentScale(asked, square) ** 2).toBeCloseTo(asked, 10);
  });
});
