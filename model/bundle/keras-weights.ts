import type { KerasWeight } from './keras-file.ts';

/** What a normalisation does to each channel when it draws: a factor, and an offset after it. */
export interface Affine {
  readonly factors: Float64Array;
  readonly offsets: Float64Array;
}

/** By its moving statistics; without a scale or a centre, gamma is 1 and beta 0. */
export function affineOf(weights: ReadonlyMap<string, KerasWeight>, epsilon: number): Affine {
  const of = (name: string) => weights.get(name)?.values;
  const variance = of('moving_variance') ?? new Float32Array();
  const [gamma, beta, mean] = [of('gamma'), of('beta'), of('moving_mean')];
  const factors = Float64Array.from(variance, (value, at) => (gamma?.[at] ?? 1) / Math.sqrt(value + epsilon));
  const offsets = factors.map((factor, at) => (beta?.[at] ?? 0) - (mean?.[at] ?? 0) * factor);
  return { factors, offsets };
}

/** Several one after the other as one, over `width` numbers; fewer than these are channels, which come again and again. */
export function composed(affines: readonly Affine[], width: number): Affine {
  let factors: Float64Array = new Float64Array(width).fill(1);
  let offsets: Float64Array = new Float64Array(width);
  for (const next of affines) {
    const channels = next.factors.length;
    const factorAt = (at: number) => next.factors[at % channels] as number;
    offsets = offsets.map((offset, at) => offset * factorAt(at) + (next.offsets[at % channels] as number));
    factors = factors.map((factor, at) => factor * factorAt(at));
  }
  return { factors, offsets };
}

/** A kernel whose last axis is the affine's, and its bias, that compute both at once. */
export function foldInto(kernel: Float32Array, bias: Float32Array, { factors, offsets }: Affine) {
  const width = factors.length;
  return {
    kernel: kernel.map((value, at) => value * (factors[at % width] as number)),
    bias: bias.map((value, at) => value * (factors[at] as number) + (offsets[at] as number)),
  };
}

/** A normalisation of mean 0 and variance 1 that does what an affine does. */
export function plainNorm({ factors, offsets }: Affine, epsilon: number): Map<string, Float32Array> {
  const root = Math.sqrt(1 + epsilon);
  return new Map([
    ['gamma', Float32Array.from(factors, (factor) => factor * root)],
    ['beta', Float32Array.from(offsets)],
    ['moving_mean', new Float32Array(factors.length)],
    ['moving_variance', new Float32Array(factors.length).fill(1)],
  ]);
}

/**
 * A smaller window in the middle of the family's, zeros around it. "Same" padding has a transposed convolution of 2 or 3 by steps of
 * two begin one place later than one of 4, and a convolution of 1 one later than one of 3.
 */
export function embedded({ shape, values }: KerasWeight, own: readonly number[], kind: string): Float32Array {
  if (kind === 'dense' || shape[0] === own[0]) return values;
  const [from = 1, , ...rest] = shape;
  const [to = 1] = own;
  const run = rest.reduce((product, length) => product * length, 1);
  const larger = new Float32Array(to * to * run);
  for (let row = 0; row < from; row++)
    for (let column = 0; column < from; column++) {
      const at = (row * from + column) * run;
      larger.set(values.subarray(at, at + run), ((row + 1) * to + column + 1) * run);
    }
  return larger;
}
