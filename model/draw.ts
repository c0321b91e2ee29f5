import type { Engine } from './engine/engine.ts';
import { latentScale, latentsFromSeeds, maximumSeed } from './latent.ts';
import { type Car, latentsOfCars, morphLatents } from './morph.ts';

/**
 * From seeds to pixels, the one way that the command line and the service both take, so that a seed is the same car
 * everywhere. How many cars are drawn at once makes no difference to any of them.
 */

/** What all drawings need. */
type Drawer = Pick<Engine, 'draw' | 'latentSize' | 'latentSpread'>;

/** The seeds from `first` on, `count` of them; after the largest seed they go on at 0. */
export function seedsFrom(first: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => (first + index) % (maximumSeed + 1));
}

/**
 * Draws the cars of some seeds: `seeds.length * imageSize * imageSize * 3` bytes.
 *
 * @param truncation Under 1 for more ordinary cars, over 1 for stranger ones: so many times as far from the model's middle as its
 * cars usually are, where the model says how they spread, else so many times the latent vectors.
 */
export function drawSeeds(engine: Drawer, seeds: readonly number[], truncation = 1): Promise<Uint8Array> {
  return engine.draw(truncate(engine, latentsFromSeeds(seeds, engine.latentSize), truncation));
}

/** Draws cars that need not be of a seed alone, as `drawSeeds` draws those that are. */
export function drawCars(engine: Drawer, cars: readonly Car[], truncation = 1): Promise<Uint8Array> {
  return engine.draw(truncate(engine, latentsOfCars(cars, engine.latentSize), truncation));
}

export interface Morph {
  /** The seeds of the cars that the walk goes through, at least 2. */
  readonly through: readonly number[];
  /** How many cars there are, both ends included; at least 2. */
  readonly frames: number;
}

/** Draws the walk from one car to the next ones: `frames * imageSize * imageSize * 3` bytes. */
export function drawMorph(engine: Drawer, { through, frames }: Morph, truncation = 1): Promise<Uint8Array> {
  return engine.draw(truncate(engine, morphLatents(through, frames, engine.latentSize), truncation));
}

function truncate({ latentSpread }: Drawer, latents: Float32Array, truncation: number): Float32Array {
  const scale = latentScale(truncation, latentSpread);
  return scale === 1 ? latents : latents.map((value) => value * scale);
}
