import type { Progress } from '../trainer.ts';

/** One report as a line of text. Its form is a contract: SageMaker reads the metrics off it with regular expressions. */
export function progressLine({ step, steps, epoch, losses, imagesPerSecond, secondsLeft }: Progress): string {
  return [
    `step=${step}/${steps}`,
    `epoch=${epoch.toFixed(1)}`,
    `d_real=${losses.discriminatorReal.toFixed(4)}`,
    `d_fake=${losses.discriminatorFake.toFixed(4)}`,
    `g=${losses.generator.toFixed(4)}`,
    `images_per_second=${imagesPerSecond.toFixed(1)}`,
    `left=${duration(secondsLeft)}`,
  ].join(' ');
}

/** The same for a terminal, as one line that is drawn over and over. */
export function progressBar(progress: Progress, width = 24): string {
  const { step, steps, losses, imagesPerSecond, secondsLeft } = progress;
  const filled = Math.round((width * step) / steps);
  return [
    `${'█'.repeat(filled)}${'░'.repeat(width - filled)} ${((100 * step) / steps).toFixed(1)}%`,
    `step ${step}/${steps}`,
    `${imagesPerSecond.toFixed(0)} images/s`,
    `${duration(secondsLeft)} left`,
    `loss: real ${losses.discriminatorReal.toFixed(2)}, fake ${losses.discriminatorFake.toFixed(2)}, generator ${losses.generator.toFixed(2)}`,
  ].join('  ');
}

/** Seconds as people say them: 42s, 7m 05s, 3h 20m. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  if (hours > 0) return `${hours}h ${String(minutes).padStart(2, '0')}m`;
  return minutes > 0 ? `${minutes}m ${String(rest).padStart(2, '0')}s` : `${rest}s`;
}
