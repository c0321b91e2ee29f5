import { randomFromSeed } from './random.ts';

/** The largest seed; a seed is an integer from 0 to this. */
export const maximumSeed = 4294967295;

/**
 * The latent vectors of some seeds, one after the other: `seeds.length * latentSize` standard normal numbers.
 *
 * Seeds are the public address of a car, so this mapping never changes: the draws of `randomFromSeed(seed)` in order,
 * each rounded to float32.
 */
export function latentsFromSeeds(seeds: readonly number[], latentSize: number): Float32Array {
  const latents = new Float32Array(seeds.length * latentSize);
  seeds.forEach((seed, row) => {
    const random = randomFromSeed(seed);
    for (let column = 0; column < latentSize; column++) latents[row * latentSize + column] = random.normal();
  });
  return latents;
}

/** How far apart a model's cars are at some scales of its latent vectors, in units of scale 1; the scales ascend. */
export interface LatentSpread {
  readonly scales: readonly number[];
  readonly spreads: readonly number[];
}

/**
 * What latent vectors are multiplied by so that cars differ `truncation` times as much as the model's usual ones do: between
 * the measured scales along a straight line, and at most the largest. Without a measurement, `truncation` itself. At 1
 * nothing changes, with or without.
 */
export function latentScale(truncation: number, measured: LatentSpread | undefined): number {
  if (measured === undefined || truncation === 1) return truncation;
  let [fromScale, fromSpread] = [0, 0];
  for (const [at, scale] of measured.scales.entries()) {
    const spread = measured.spreads[at] ?? 0;
    if (spread >= truncation)
      return fromScale + ((scale - fromScale) * (truncation - fromSpread)) / (spread - fromSpread);
    // A spread that falls again adds nothing: the first scale that reaches a truncation is taken.
    if (spread > fromSpread) [fromScale, fromSpread] = [scale, spread];
  }
  return measured.scales.at(-1) ?? truncation;
}
