import { expect, it } from 'vitest';
import { fastestPrecision } from '../../../model/tensorflow/precision.ts';

const cpuinfo = (vendor: string, family: number, flags: string) =>
  `processor\t: 0\nvendor_id\t: ${vendor}\ncpu family\t: ${family}\nmodel\t\t: 2\nflags\t\t: fpu sse ${flags}\n\nprocessor\t: 1\n`;

it.each([
  ['an Intel processor with matrix units', 'GenuineIntel', 6, 'avx512f avx512_bf16 amx_bf16 amx_tile', 'bfloat16'],
  ['an Intel processor without them', 'GenuineIntel', 6, 'avx512f avx512_bf16', 'float32'],
  ['an AMD processor of the generation that was measured', 'AuthenticAMD', 26, 'avx512f avx512_bf16', 'bfloat16'],
  ['an older AMD processor', 'AuthenticAMD', 25, 'avx512f avx512_bf16', 'float32'],
  ['an AMD processor without the instructions', 'AuthenticAMD', 26, 'avx2', 'float32'],
])('%s trains fastest in what was measured there', (_, vendor, family, flags, precision) => {
  expect(fastestPrecision(cpuinfo(vendor, family, flags))).toBe(precision);
});

it('a machine that says nothing of its processor trains in float32', () => {
  expect(fastestPrecision('')).toBe('float32');
});
