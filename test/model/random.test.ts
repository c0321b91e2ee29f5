import { describe, expect, it } from 'vitest';
import { type Random, randomFromSeed, randomFromState } from '../../model/random.ts';

/** From an independent implementation of both papers in Python, with integers of any length. */
const references = [
  {
    seed: 0,
    state: [2462723854, 1020716019, 454327756, 1275600319],
    uint32: [3809008728, 1133695204, 53579671, 2891528803, 139681546],
    normals: [-0.18286387008766009, -0.07349540968979319, -0.2562929997176884, -0.15174419358116095],
  },
  {
    seed: 1,
    state: [2527132011, 314344336, 2535364964, 2041432039],
    uint32: [2442144158, 3238099751, 3819917871, 2104621829, 2021136066],
    normals: [0.032007023073783274, -2.0943423557098657, 1.1216579193830951, -0.9103273782186615],
  },
  {
    seed: 42,
    state: [939911724, 3948730756, 321366731, 3317318717],
    uint32: [2837322924, 544945897, 479756282, 3500138142, 339756180],
    normals: [1.0271775679456403, 0.1931295978853847, 0.40042869885474475, -0.009860904918430322],
  },
  {
    seed: 4294967295,
    state: [920564995, 4230986166, 697614773, 1778835764],
    uint32: [835879718, 1921286648, 2356205009, 1885780724, 980451116],
    normals: [-0.622240395303654, -1.1699537711794108, 0.02088141282430558, -1.7616155732734777],
  },
];

const draws = 100_000;
const take = <T>(count: number, draw: () => T) => Array.from({ length: count }, draw);
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

it.each(references)(
  'fills an array of seed $seed with the bits that it would draw one by one, and goes on',
  (reference) => {
    const random = randomFromSeed(reference.seed);
    const bits = new Uint32Array(3);
    random.fill(bits);
    expect([...bits, random.uint32(), random.uint32()]).toEqual(reference.uint32);
  },
);

describe('randomFromState', () => {
  it('gives the numbers published for xoshiro128** from the state 1, 2, 3, 4', () => {
    // The reference implementation, version 1.1, as the Rust crate rand_xoshiro quotes it.
    const random = randomFromState([1, 2, 3, 4]);
    expect(take(10, random.uint32)).toEqual([
      11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849, 3729100597, 4258142804,
    ]);
    expect(random.state()).toEqual([939045227, 1864939416, 1451579149, 2199351389]);
  });

  it.each([0, 1, 7, 1000])('continues exactly after %i draws', (drawn) => {
    const random = randomFromSeed(42);
    take(drawn, random.uint32);
    const copy = randomFromState(random.state());
    expect(take(100, copy.uint32)).toEqual(take(100, random.uint32));
    expect(copy.state()).toEqual(random.state());
  });

  it('keeps its state in unsigned words', () => {
    const random = randomFromSeed(42);
    const states = take(100, () => {
      random.uint32();
      return random.state();
    });
    expect(states.flat().filter((word) => !Number.isInteger(word) || word < 0 || word > 0xffffffff)).toEqual([]);
  });

  it('survives JSON, as a checkpoint keeps it', () => {
    const random = randomFromSeed(3);
    take(9, random.normal);
    const copy = randomFromState(JSON.parse(JSON.stringify(random.state())));
    expect(take(9, copy.normal)).toEqual(take(9, random.normal));
  });

  it('leaves the state alone that it began with', () => {
    const random = randomFromSeed(3);
    const before = random.state();
    const copy = [...before];
    random.uint32();
    expect(before).toEqual(copy);
    expect(random.state()).not.toEqual(copy);
  });
});

describe('randomFromSeed', () => {
  it.each(references)('gives the reference numbers for seed $seed', ({ seed, state, uint32, normals }) => {
    expect(randomFromSeed(seed).state()).toEqual(state);
    expect(take(5, randomFromSeed(seed).uint32)).toEqual(uint32);
    const { normal } = randomFromSeed(seed);
    // Logarithm and cosine may differ in their last bit from one platform to another.
    for (const expected of normals) expect(normal()).toBeCloseTo(expected, 13);
  });

  it('gives neighbouring seeds nothing in common', () => {
    const seeds = take(2001, counter());
    const streams = seeds.map((seed) => {
      const { normal } = randomFromSeed(seed);
      return take(50, normal);
    });
    for (let lag = -2; lag <= 2; lag++) {
      // Of 100,000 products of independent normals, the mean has a standard deviation of 0.0032.
      const products = streams.slice(1).flatMap((stream, row) => {
        const other = streams[row] ?? [];
        return stream.map((value, at) => value * (other[(at + lag + 50) % 50] ?? Number.NaN));
      });
      expect(Math.abs(mean(products))).toBeLessThan(0.015);
    }
  });

  it('gives neighbouring seeds first draws that spread evenly', () => {
    const firsts = take(draws, counter()).map((seed) => randomFromSeed(seed).uniform());
    expect(largestGap(firsts, (value) => value)).toBeLessThan(0.006);
  });
});

describe('uniform', () => {
  it('gives multiples of 2^-32 from 0 up to, but not including, 1', () => {
    const { uint32 } = randomFromSeed(5);
    const { uniform } = randomFromSeed(5);
    for (const word of take(1000, uint32)) expect(uniform()).toBe(word / 2 ** 32);
  });

  it('spreads evenly', () => {
    expect(largestGap(take(draws, randomFromSeed(7).uniform), (value) => value)).toBeLessThan(0.006);
  });
});

describe('normal', () => {
  const values = take(draws, randomFromSeed(42).normal);

  it('has mean 0, variance 1, no skew and a kurtosis of 3', () => {
    // Bounds are about five standard deviations of each estimate.
    expect(Math.abs(mean(values))).toBeLessThan(0.016);
    expect(Math.abs(mean(values.map((value) => value ** 2)) - 1)).toBeLessThan(0.023);
    expect(Math.abs(mean(values.map((value) => value ** 3)))).toBeLessThan(0.062);
    expect(Math.abs(mean(values.map((value) => value ** 4)) - 3)).toBeLessThan(0.16);
  });

  it('follows the normal distribution (Kolmogorov and Smirnov)', () => {
    expect(largestGap(values, normalCdf)).toBeLessThan(0.006);
  });

  it('is independent of the draw before it', () => {
    expect(Math.abs(mean(values.slice(1).map((value, at) => value * (values[at] ?? Number.NaN))))).toBeLessThan(0.016);
  });

  it('uses two draws and keeps nothing back', () => {
    const [one, other] = [randomFromSeed(8), randomFromSeed(8)];
    one.normal();
    take(2, other.uint32);
    expect(one.state()).toEqual(other.state());
  });

  it('stays finite for the smallest and the largest draw', () => {
    // The first output depends on the second word alone: 0 gives 0; this word gives 2^32 - 1.
    const largest = wordFor(0xffffffff);
    expect(randomFromState([1, largest, 0, 0]).uint32()).toBe(0xffffffff);
    for (const word of [0, largest]) {
      const normal = randomFromState([1, word, 0, 0]).normal();
      expect(Math.abs(normal)).toBeLessThanOrEqual(Math.sqrt(64 * Math.log(2)));
    }
  });
});

describe('integer', () => {
  it('gives every number below the bound about equally often, and no other', () => {
    const counts = new Map<number, number>();
    const random: Random = randomFromSeed(6);
    for (const value of take(70_000, () => random.integer(7))) counts.set(value, (counts.get(value) ?? 0) + 1);
    expect([...counts.keys()].sort()).toEqual([0, 1, 2, 3, 4, 5, 6]);
    for (const count of counts.values()) expect(Math.abs(count - 10_000)).toBeLessThan(500);
  });

  it('gives 0 for a bound of 1', () => {
    const random = randomFromSeed(6);
    expect(new Set(take(100, () => random.integer(1)))).toEqual(new Set([0]));
  });
});

/** Counts up from 0. */
function counter(): () => number {
  let next = 0;
  return () => next++;
}

/** The statistic of Kolmogorov and Smirnov; at 100,000 values it exceeds 0.0052 once in a hundred, 0.006 once in 700. */
function largestGap(values: readonly number[], cdf: (value: number) => number): number {
  const sorted = values.toSorted((one, other) => one - other);
  const gaps = sorted.map((value, at) =>
    Math.max(cdf(value) - at / sorted.length, (at + 1) / sorted.length - cdf(value)),
  );
  return gaps.reduce((largest, gap) => Math.max(largest, gap), 0);
}

/** By Simpson's rule from 0, 200 steps: right to 1e-10 within six standard deviations. */
function normalCdf(value: number): number {
  const density = (x: number) => Math.exp(-x * x * 0.5) / Math.sqrt(2 * Math.PI);
  const step = value / 200;
  let sum = density(0) + density(value);
  for (let at = 1; at < 200; at++) sum += (at % 2 === 1 ? 4 : 2) * density(at * step);
  return 0.5 + (sum * step) / 3;
}

/** The second word of a state whose first output is `output`: the inverse of rotl(5 word, 7) * 9. */
function wordFor(output: number): number {
  const times = (bits: number, factor: number) => Math.imul(bits, factor) >>> 0;
  // 9 * 954437177 and 5 * 3435973837 are 1 modulo 2^32.
  const rotated = times(output, 954437177);
  return times((rotated >>> 7) | (rotated << 25), 3435973837);
}
