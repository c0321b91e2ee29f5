import { duration } from '../../duration.ts';
import type { PackProgress } from './pack.ts';

/** How far packing is, how fast, and how long the rest will take, as a line of text. */
export function packingLine(progress: PackProgress, seconds: number): string {
  const { done, total, unreadable, duplicates } = progress;
  const rate = done / Math.max(seconds, 1e-3);
  return [
    `${done} of ${total} pictures`,
    `${rate.toFixed(0)} pictures/s`,
    `${duration((total - done) / Math.max(rate, 1e-9))} left`,
    ...(unreadable > 0 ? [`${unreadable} unreadable`] : []),
    ...(duplicates > 0 ? [`${duplicates} duplicates`] : []),
  ].join(', ');
}

/** The same behind a bar, for a terminal. */
export function packingBar(progress: PackProgress, seconds: number, width = 24): string {
  const share = progress.total === 0 ? 1 : progress.done / progress.total;
  const filled = Math.round(width * share);
  const bar = `${'█'.repeat(filled)}${'░'.repeat(width - filled)}`;
  return `${bar} ${(100 * share).toFixed(1)}%  ${packingLine(progress, seconds)}`;
}
