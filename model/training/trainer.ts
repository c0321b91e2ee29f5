import { memory } from '@tensorflow/tfjs-core';
import { FreshcarError } from '../errors.ts';
import type { Features } from '../features/features-file.ts';
import type { TrainingConfig } from './config.ts';
import { type Divergence, isWhole, watchDivergence } from './divergence.ts';
import type { Checkpoint, DataIdentity } from './run/checkpoint.ts';
import type { Progress } from './run/progress.ts';
import { openRecorder, type Recorder } from './run/recorder.ts';
import type { RunFolder } from './run/run-folder.ts';
import { snapshotOf } from './run/snapshot.ts';
import { createBatches } from './step/batches.ts';
import type { Discriminator } from './step/discriminator.ts';
import { dcganDiscriminator } from './step/discriminator-pass.ts';
import { createGan, type Gan, type StartingWeights } from './step/gan.ts';
import { projectedDiscriminator } from './step/projected-pass.ts';
import { type StepLosses, trainStep } from './step/train-step.ts';

export interface TrainerOptions {
  readonly config: TrainingConfig;
  readonly data: DataIdentity;
  /** Pictures one after the other, rows, columns, RGB. */
  readonly images: Uint8Array;
  readonly folder: RunFolder;
  /** Goes on from here instead of from fresh weights. */
  readonly checkpoint?: Checkpoint | undefined;
  /** The frozen network of a projected discriminator. */
  readonly features?: Features | undefined;
  /** Where a new run has its weights from, if not from its seed. */
  readonly start?: StartingWeights | undefined;
  /** Steps between two checkpoints, between two sheets, and between two snapshots, which are all kept; 0 keeps none. */
  readonly checkpointEvery: number;
  readonly sheetEvery: number;
  readonly snapshotEvery: number;
  readonly reportEvery: number;
  readonly report: (progress: Progress) => void;
  /** Is told in a sentence when the run goes wrong, unless that ends it. */
  readonly warn: (message: string) => void;
  /** Ends the run when the discriminator always wins, instead of only telling. */
  readonly stopOnDivergence: boolean;
  /** Steps that it has to win for; 200 unless told otherwise. */
  readonly divergenceWindow?: number;
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
  /** Bytes of memory that the process holds. */
  readonly residentBytes: () => number;
  /** Milliseconds since 1970, for TensorBoard. */
  readonly clock: () => number;
  /** Asked to stop, the trainer finishes its step, saves a checkpoint and returns. */
  readonly signal: AbortSignal;
}

/** How a run ended: all its steps done, or stopped on the way and ready to be resumed. */
export interface TrainingResult {
  readonly checkpoint: Checkpoint;
  readonly finished: boolean;
}

/** How many steps show every picture `epochs` times. */
export function totalSteps(config: TrainingConfig, pictures: number): number {
  return Math.ceil((config.epochs * pictures) / config.batchSize) + config.pretrainDiscriminator;
}

/**
 * Runs the loop until its steps are done or `signal` asks for a stop.
 *
 * @throws FreshcarError `training-failed` when weights are no numbers any more, or, if it is to stop on divergence, when the
 * discriminator always wins; the checkpoints that were written before are kept. `unavailable` when a file cannot be written.
 */
export async function train(options: TrainerOptions): Promise<TrainingResult> {
  const discriminator = openDiscriminator(options);
  try {
    return await trainWith(discriminator, options);
  } finally {
    discriminator.dispose?.();
  }
}

function openDiscriminator({ config, features }: TrainerOptions): Discriminator {
  if (config.discriminator === 'dcgan') return dcganDiscriminator;
  if (features === undefined) throw new FreshcarError('invalid-input', 'A projected discriminator needs features.');
  return projectedDiscriminator(config, features);
}

async function trainWith(discriminator: Discriminator, options: TrainerOptions): Promise<TrainingResult> {
  const { config, data, images, folder, signal } = options;
  const gan = options.checkpoint?.gan ?? createGan(config, options.start);
  const batches = createBatches({
    images,
    imageSize: config.architecture.imageSize,
    batchSize: config.batchSize,
    mirror: config.mirror,
    random: gan.random,
    ...(options.checkpoint && { position: options.checkpoint.position }),
  });
  const steps = totalSteps(config, data.images);
  const checkpoint = (): Checkpoint => ({ config, data, gan, position: batches.position() });
  // A killed run may have recorded steps that it did not save; they come again.
  const recorder = await openRecorder(folder, { step: gan.step, clock: options.clock });
  const meter = createMeter(options, recorder, { steps, pictures: data.images, firstStep: gan.step });
  const watch = watchDivergence(config, options.divergenceWindow);
  const save = async () => {
    // A checkpoint of broken weights would push out the good ones.
    if (!isWhole(gan)) throw await failure(options, gan, 'broken');
    await folder.saveCheckpoint(checkpoint());
  };

  const show = () => recorder.show(snapshotOf({ config, data, gan }));

  if (gan.step === 0) await show();
  while (gan.step < steps && !signal.aborted) {
    const losses = trainStep(config, gan, batches.next(), discriminator);
    await meter.add(gan.step, losses);
    const divergence = watch.add(losses);
    if (divergence === 'broken' || (divergence && options.stopOnDivergence))
      throw await failure(options, gan, divergence);
    if (divergence) options.warn(describeDivergence(divergence, gan.step));
    if (isDue(gan.step, options.sheetEvery, steps)) await show();
    if (isDue(gan.step, options.snapshotEvery, steps)) await folder.saveSnapshot(snapshotOf({ config, data, gan }));
    if (gan.step % options.checkpointEvery === 0 && gan.step < steps) await save();
    // Steps compute without a pause; this lets signals and timers in.
    await new Promise(setImmediate);
  }
  await save();
  return { checkpoint: checkpoint(), finished: gan.step >= steps };
}

/** Why the run ends here, and which of its checkpoints one can go back to. */
async function failure({ folder }: TrainerOptions, { step }: Gan, divergence: Divergence): Promise<FreshcarError> {
  const [newest] = await folder.checkpoints();
  const rescue =
    newest === undefined
      ? 'There was no checkpoint yet; begin again with lower learning rates'
      : `The checkpoint ${newest} is kept; go on from it in a new run by --from ${folder.path}, with lower learning rates`;
  return new FreshcarError('training-failed', `${describeDivergence(divergence, step)} ${rescue}.`);
}

function describeDivergence(divergence: Divergence, step: number): string {
  return divergence === 'broken'
    ? `Training has diverged: after step ${step} there are losses or weights that are no numbers any more.`
    : `The discriminator tells all pictures apart, up to step ${step} at nearly no loss for long: the generator hardly learns from it.`;
}

function isDue(step: number, every: number, last: number): boolean {
  return every > 0 && (step % every === 0 || step === last);
}

interface MeterRange {
  readonly steps: number;
  readonly pictures: number;
  readonly firstStep: number;
}

/** Averages losses and speed over the steps of one report. */
function createMeter(options: TrainerOptions, recorder: Recorder, { steps, pictures, firstStep }: MeterRange) {
  const { config, now } = options;
  let sums = { discriminatorReal: 0, discriminatorFake: 0, generator: 0 };
  let since = { step: firstStep, time: now() };
  return {
    add: async (step: number, losses: StepLosses) => {
      for (const name of ['discriminatorReal', 'discriminatorFake', 'generator'] as const) sums[name] += losses[name];
      if (step % options.reportEvery !== 0 && step !== steps) return;
      const done = step - since.step;
      const secondsPerStep = (now() - since.time) / 1000 / done;
      const means = {
        discriminatorReal: sums.discriminatorReal / done,
        discriminatorFake: sums.discriminatorFake / done,
        generator: sums.generator / done,
      };
      const progress: Progress = {
        step,
        steps,
        epoch: (step * config.batchSize) / pictures,
        losses: means,
        imagesPerSecond: config.batchSize / secondsPerStep,
        secondsLeft: (steps - step) * secondsPerStep,
        residentBytes: options.residentBytes(),
        tensors: memory().numTensors,
      };
      options.report(progress);
      await recorder.report(progress);
      sums = { discriminatorReal: 0, discriminatorFake: 0, generator: 0 };
      since = { step, time: now() };
    },
  };
}
