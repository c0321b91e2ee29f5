import { expect, it } from 'vitest';
import { coresOf } from '../../../../functions/generate/server/usable-cores.ts';

it.each([
  ['200000 100000\n', 16, 2],
  ['150000 100000\n', 16, 2],
  ['50000 100000\n', 16, 1],
  ['max 100000\n', 16, 16],
  ['3200000 100000\n', 16, 16],
  ['', 16, 16],
])('reads %j on %i cores as %i', (quota, available, cores) => {
  expect(coresOf(quota, available)).toBe(cores);
});
