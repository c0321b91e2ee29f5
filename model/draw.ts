import type { Engine } from './engine/engine.ts';
import { latentScale, latentsFromSeeds, maximumSeed } from './latent.ts';
import { type Car, latentsOfCars, morphLatents } from './morph.ts';

/**
 * From seeds to pixels, the one way that the command line and the service both take, so that a seed is the same car
 * everywhere. How many cars are drawn at once makes no difference to any of them.
 */

/** What latent vectors depend on, beside their cars. */
type Latents = Pick<Engine, 'latentSize' | 'latentSpread'>;
/** What all drawings need. */
type Drawer = Latents & Pick<Engine, 'draw'>;

/** The seeds from `first` on, `count` of them; after the largest seed they go on at 0. */
export function seedsFrom(first: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => (first + index) % (maximumSeed + 1));
}

/** Draws the cars of some seeds: `seeds.length * imageSize * imageSize * 3` bytes; `truncation` as for `truncatedLatents`. */
export function drawSeeds(engine: Drawer, seeds: readonly number[], truncation = 1): Promise<Uint8Array> {
  return engine.draw(truncate(engine, latentsFromSeeds(seeds, engine.latentSize), truncation));
}

/**
 * The latent vectors of some cars, one after the other.
 *
 * @param truncation Under 1 for more ordinary cars, over 1 for stranger ones: so many times as far from the model's middle as its
 * cars usually are, where the model says how they spread, else so many times the latent vectors.
 */
export function truncatedLatents(engine: Latents, cars: readonly Car[], truncation = 1): Float32Array {
  return truncate(engine, latentsOfCars(cars, engine.latentSize), truncation);
}

export interface Morph {
  /** The seeds of the cars that the walk goes through, at least 2. */
  readonly through: readonly number[];
  /** How many cars there are, both ends included; at least 2. */
  readonly frames: number;
}

/** The latent vectors of the walk from one car to the next ones. */
export function latentsOfMorph(engine: Latents, { through, frames }: Morph, truncation = 1): Float32Array {
  return truncate(engine, morphLatents(through, frames, engine.latentSize), truncation);
}

/** Draws the walk from one car to the next ones: `frames * imageSize * imageSize * 3` bytes. */
export function drawMorph(engine: Drawer, morph: Morph, truncation = 1): Promise<Uint8Array> {
  return engine.draw(latentsOfMorph(engine, morph, truncation));
}

function truncate({ latentSpread }: Latents, latents: Float32Array, truncation: number): Float32Array {
  const scale = latentScale(truncation, latentSpread);
  return scale === 1 ? latents : latents.map((value) => value * scale);
}
