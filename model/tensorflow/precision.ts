/** What convolutions compute in. `bfloat16` needs the native library. */
export const precisions = ['float32', 'bfloat16'] as const;

export type Precision = (typeof precisions)[number];

/**
 * The precision in which a processor trains fastest, by what Linux says of it.
 *
 * `bfloat16` where the processor multiplies matrices of it (AMX: `amx_bf16`, Intel from Sapphire Rapids on), or has twice as many
 * multiply-adds of it as of float32 (AVX512_BF16 of AMD from family 26 on, Zen 5: convolutions take half the time). Elsewhere
 * bfloat16 is slower: Intel's AVX512_BF16 without AMX takes 1.2 to 2 times as long as float32.
 *
 * @param cpuinfo The content of `/proc/cpuinfo`; empty where there is none.
 */
export function fastestPrecision(cpuinfo: string): Precision {
  const line = (name: string) => new RegExp(`^${name}\\s*:\\s*(.*)$`, 'm').exec(cpuinfo)?.[1] ?? '';
  const flags = new Set(line('flags').split(' '));
  if (flags.has('amx_bf16')) return 'bfloat16';
  const isNewAmd = line('vendor_id') === 'AuthenticAMD' && Number(line('cpu family')) >= 26;
  return isNewAmd && flags.has('avx512_bf16') ? 'bfloat16' : 'float32';
}
