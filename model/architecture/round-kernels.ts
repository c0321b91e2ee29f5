import type { WeightValues } from './network.ts';

/** All bits of a float32's significand, the hidden one too: nothing is rounded. */
export const allBits = 24;

/**
 * The same weights with every kernel's values rounded to the nearest that have so many significant bits, ties to even. The low bits are
 * then zeros, which any packer makes nothing of; eight bits are the precision of bfloat16. Biases and statistics stay as they are:
 * they are few, and each counts for a whole channel.
 *
 * @param bits 2 to 24.
 */
export function roundKernels(weights: WeightValues, bits: number): WeightValues {
  return new Map(
    [...weights].map(([name, values]) => [name, name.endsWith('/kernel') ? rounded(values, bits) : values]),
  );
}

function rounded(values: Float32Array, bits: number): Float32Array {
  const dropped = allBits - bits;
  if (dropped === 0) return values;
  const result = values.slice();
  const words = new Uint32Array(result.buffer);
  const half = 2 ** (dropped - 1);
  for (let at = 0; at < words.length; at++) {
    const word = words[at] as number;
    // Half of the last kept bit less one, and one where that bit is odd: a tie goes up only then.
    const odd = (word >>> dropped) & 1;
    words[at] = ((word + half - 1 + odd) >>> dropped) << dropped;
  }
  return result;
}
