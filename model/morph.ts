import { latentsFromSeeds } from './latent.ts';

/**
 * The latent vectors of a walk from one car to another, both ends included: `frames * latentSize` numbers.
 *
 * The walk follows the arc between the two vectors (slerp; White 2016, "Sampling Generative Networks"), because the straight
 * line would pass through vectors shorter than any that the generator was trained on.
 *
 * @param frames At least 2.
 */
export function morphLatents(from: number, to: number, frames: number, latentSize: number): Float32Array {
  const [a, b] = [latentsFromSeeds([from], latentSize), latentsFromSeeds([to], latentSize)];
  const lengths = Math.hypot(...a) * Math.hypot(...b);
  const cosine = lengths === 0 ? 1 : a.reduce((sum, value, at) => sum + value * (b[at] ?? 0), 0) / lengths;
  const angle = Math.acos(Math.min(1, Math.max(-1, cosine)));
  const latents = new Float32Array(frames * latentSize);
  for (let frame = 0; frame < frames; frame++) {
    const [ofA, ofB] = shares(frame / (frames - 1), angle);
    for (let at = 0; at < latentSize; at++) latents[frame * latentSize + at] = ofA * (a[at] ?? 0) + ofB * (b[at] ?? 0);
  }
  return latents;
}

/** How much of both ends there is at `position`, from 0 to 1. Nearly parallel vectors have no arc to follow. */
function shares(position: number, angle: number): readonly [number, number] {
  const sine = Math.sin(angle);
  if (sine < 1e-6) return [1 - position, position];
  return [Math.sin((1 - position) * angle) / sine, Math.sin(position * angle) / sine];
}
