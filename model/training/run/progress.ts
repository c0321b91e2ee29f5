import { duration } from '../../duration.ts';
import type { StepLosses } from '../step/train-step.ts';

/** What the trainer tells of its way. */
export interface Progress {
  readonly step: number;
  readonly steps: number;
  readonly epoch: number;
  /** Means since the last report. */
  readonly losses: StepLosses;
  readonly imagesPerSecond: number;
  readonly secondsLeft: number;
  /** Of training, all sittings together. */
  readonly seconds: number;
  /** Bytes of memory that the process holds, and tensors that are alive between two steps. */
  readonly residentBytes: number;
  readonly tensors: number;
}

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

/** The same for a terminal, as one line that is drawn over and over: what matters most comes first, as narrow ones cut it. */
export function progressBar(progress: Progress, bestStep?: number): string {
  const { step, steps, losses, imagesPerSecond, secondsLeft } = progress;
  const width = 10;
  const filled = Math.round((width * step) / steps);
  return [
    `${'█'.repeat(filled)}${'░'.repeat(width - filled)} ${((100 * step) / steps).toFixed(1)}%`,
    `step ${step}/${steps}`,
    `${duration(secondsLeft)} left`,
    ...(bestStep === undefined ? [] : [`best ${bestStep}`]),
    `${imagesPerSecond.toFixed(0)} images/s`,
    `loss: real ${losses.discriminatorReal.toFixed(2)}, fake ${losses.discriminatorFake.toFixed(2)}, generator ${losses.generator.toFixed(2)}`,
  ].join('  ');
}
