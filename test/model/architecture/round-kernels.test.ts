import { expect, it } from 'vitest';
import { roundKernels } from '../../../model/architecture/round-kernels.ts';

const round = (values: readonly number[], bits: number, name = 'conv/kernel') => [
  ...(roundKernels(new Map([[name, Float32Array.from(values)]]), bits).get(name) ?? []),
];

it('rounds a kernel to the nearest number of eight significant bits, and a tie to the even one', () => {
  // Of eight bits the neighbours of 1 are 1 - 1/256 and 1 + 1/128.
  expect(round([1, 1 + 1 / 512, 1 + 3 / 512, -1 - 3 / 512, 1 + 1 / 256, 1 + 3 / 256], 8)).toEqual([
    1,
    1,
    1 + 1 / 128,
    -1 - 1 / 128,
    1,
    1 + 2 / 128,
  ]);
  // The next power of two where all bits carry, and nought stays nought.
  expect(round([255.75, 0, -0.3], 8)).toEqual([256, 0, -0.30078125]);
});

it('errs by one part in 256 at most, and leaves the bits after the eighth at nought', () => {
  const values = Float32Array.from({ length: 1000 }, (_, at) => Math.sin(at * 1.7) * 10 ** ((at % 9) - 6));
  const found = round([...values], 8);
  found.forEach((value, at) => {
    const own = values[at] as number;
    expect(Math.abs(value - own)).toBeLessThanOrEqual(Math.abs(own) / 256);
  });
  expect([...new Uint32Array(Float32Array.from(found).buffer)].every((word) => (word & 0xffff) === 0)).toBe(true);
});

it('leaves biases and statistics, and with all 24 bits everything, as they are', () => {
  expect(round([1.23456789], 8, 'conv/bias')).toEqual([Math.fround(1.23456789)]);
  expect(round([1.23456789], 8, 'norm/moving_variance')).toEqual([Math.fround(1.23456789)]);
  expect(round([1.23456789], 24)).toEqual([Math.fround(1.23456789)]);
});
