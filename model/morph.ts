import { latentsFromSeeds } from './latent.ts';

/** A car by its seed, or one on the way from it to another. */
export interface Car {
  readonly seed: number;
  /** The seed of the other. */
  readonly towards?: number | undefined;
  /** How far on the way, from 0 to 1. */
  readonly by?: number | undefined;
}

/**
 * The way from one latent vector to another, by the position on it from 0 to 1.
 *
 * It follows the arc between the two (slerp; White 2016, "Sampling Generative Networks"), because the straight line would pass
 * through vectors shorter than any that the generator was trained on.
 */
export function arcBetween(a: Float32Array, b: Float32Array): (position: number) => Float32Array {
  const lengths = Math.hypot(...a) * Math.hypot(...b);
  const cosine = lengths === 0 ? 1 : a.reduce((sum, value, at) => sum + value * (b[at] ?? 0), 0) / lengths;
  const angle = Math.acos(Math.min(1, Math.max(-1, cosine)));
  return (position) => {
    const [ofA, ofB] = shares(position, angle);
    return a.map((value, at) => ofA * value + ofB * (b[at] ?? 0));
  };
}

/** The latent vectors of some cars: `cars.length * latentSize` numbers. */
export function latentsOfCars(cars: readonly Car[], latentSize: number): Float32Array {
  const latents = new Float32Array(cars.length * latentSize);
  cars.forEach(({ seed, towards, by }, index) => {
    const own = latentsFromSeeds([seed], latentSize);
    const isBetween = towards !== undefined && by !== undefined;
    const latent = isBetween ? arcBetween(own, latentsFromSeeds([towards], latentSize))(by) : own;
    latents.set(latent, index * latentSize);
  });
  return latents;
}

/**
 * The latent vectors of a walk through some cars in turn, the first and the last included: `frames * latentSize` numbers.
 *
 * @param seeds At least 2.
 * @param frames At least 2.
 */
export function morphLatents(seeds: readonly number[], frames: number, latentSize: number): Float32Array {
  const ends = seeds.map((seed) => latentsFromSeeds([seed], latentSize));
  const arcs = ends.slice(1).map((end, at) => arcBetween(ends[at] ?? end, end));
  const latents = new Float32Array(frames * latentSize);
  for (let frame = 0; frame < frames; frame++) {
    const position = (frame / (frames - 1)) * arcs.length;
    const part = Math.min(Math.floor(position), arcs.length - 1);
    const latent = arcs[part]?.(position - part);
    if (latent) latents.set(latent, frame * latentSize);
  }
  return latents;
}

/** How much of both ends there is at `position`, from 0 to 1. Nearly parallel vectors have no arc to follow. */
function shares(position: number, angle: number): readonly [number, number] {
  const sine = Math.sin(angle);
  if (sine < 1e-6) return [1 - position, position];
  return [Math.sin((1 - position) * angle) / sine, Math.sin(position * angle) / sine];
}
