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
