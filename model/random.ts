/**
 * The project's one source of repeatable randomness: xoshiro128** (Blackman and Vigna 2018), seeded by splitmix32 so that
 * neighbouring seeds share nothing. Its whole state is four 32-bit words, which a checkpoint can keep.
 */

export type RandomState = readonly [number, number, number, number];

export interface Random {
  /** The next 32 random bits as an unsigned integer. */
  uint32(): number;
  /** The same bits as `uint32` would give one after the other, several times as fast. */
  fill(bits: Uint32Array): void;
  /** Uniform in [0, 1), a multiple of 2^-32. */
  uniform(): number;
  /** Standard normal, by Box and Muller (1958); each call uses two uniforms and keeps nothing back. */
  normal(): number;
  /** Uniform integer in [0, bound). */
  integer(bound: number): number;
  /** The four words that `randomFromState` continues from. */
  state(): RandomState;
}

/** @param seed An integer from 0 to 4294967295. */
export function randomFromSeed(seed: number): Random {
  let counter = seed >>> 0;
  const splitmix32 = () => {
    counter = (counter + 0x9e3779b9) >>> 0;
    let bits = counter;
    bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
    bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
    return (bits ^ (bits >>> 16)) >>> 0;
  };
  return randomFromState([splitmix32(), splitmix32(), splitmix32(), splitmix32()]);
}

export function randomFromState(state: RandomState): Random {
  let [a, b, c, d] = state;
  const rotateLeft = (bits: number, by: number) => (bits << by) | (bits >>> (32 - by));

  const uint32 = () => {
    const result = Math.imul(rotateLeft(Math.imul(b, 5), 7), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = rotateLeft(d, 11);
    return result;
  };
  const fill = (bits: Uint32Array) => {
    // Locals: what a closure captures is kept on the heap, at a load and a store for each use.
    let [s0, s1, s2, s3] = [a, b, c, d];
    for (let at = 0; at < bits.length; at++) {
      bits[at] = Math.imul(rotateLeft(Math.imul(s1, 5), 7), 9);
      const shifted = s1 << 9;
      s2 ^= s0;
      s3 ^= s1;
      s1 ^= s2;
      s0 ^= s3;
      s2 ^= shifted;
      s3 = rotateLeft(s3, 11);
    }
    [a, b, c, d] = [s0, s1, s2, s3];
  };
  const uniform = () => uint32() / 4294967296;

  return {
    uint32,
    fill,
    uniform,
    // 1 - uniform() lies in (0, 1], so the logarithm is finite.
    normal: () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
    // The bias of the product is under bound / 2^32.
    integer: (bound) => Math.floor(uniform() * bound),
    state: () => [a >>> 0, b >>> 0, c >>> 0, d >>> 0],
  };
}
