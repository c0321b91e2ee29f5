import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';

/** Where Linux tells a process how much of the processor its container may use: microseconds, and of how many. */
const quotaFile = '/sys/fs/cgroup/cpu.max';

/** How many processor cores this process may use: of a host's many a container may have few. */
export function usableCores(): number {
  try {
    return coresOf(readFileSync(quotaFile, 'utf8'), availableParallelism());
  } catch {
    // Elsewhere there is no such file.
    return availableParallelism();
  }
}

/** @param quota Such as `150000 100000` for one and a half cores, or `max 100000`. */
export function coresOf(quota: string, available: number): number {
  const [microseconds, period] = quota.split(' ').map(Number);
  const cores = Math.ceil((microseconds ?? Number.NaN) / (period ?? Number.NaN));
  return cores >= 1 ? Math.min(cores, available) : available;
}
