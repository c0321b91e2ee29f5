import { memory } from '@tensorflow/tfjs-core';
import { FreshcarError } from '../errors.ts';
import type { Features } from '../features/features-file.ts';
import type { TrainingConfig } from './config.ts';
import { type Divergence, isAllFinite, watchDivergence } from './divergence.ts';
import type { Checkpoint, DataIdentity } from './run/checkpoint.ts';
import { secondsTrained } from './run/metrics.ts';
import type { Progress } from './run/progress.ts';
import { openRecorder, type Recorder } from './run/recorder.ts';
import type { RunFolder } from './run/run-folder.ts';
import type { ScoreRow } from './run/scores.ts';
import { type Snapshot, snapshotOf } from './run/snapshot.ts';
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
  /** Ends the run when the discriminator, or both networks, always win, instead of only telling. */
  readonly stopOnDivergence: boolean;
  /** Steps that it has to win for; 200 unless told otherwise. */
  readonly divergenceWindow?: number;
  /** Ends the run after so many hours of training, those before it was resumed among them. */
  readonly hours?: number | undefined;
  /** Measures a snapshot that was just kept. */
  readonly score?: ((snapshot: Snapshot) => Promise<ScoreRow>) | undefined;
  /** Is told of each score, and of all that the run had before it. */
  readonly onScore?: ((score: ScoreRow, earlier: readonly ScoreRow[]) => void) | undefined;
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
  /** Bytes of memory that the process holds. */
  readonly residentBytes: () => number;
  /** Milliseconds since 1970, for TensorBoard. */
  readonly clock: () => number;
  /** Asked to stop, the trainer finishes its step, saves a checkpoint and returns. */
  readonly signal: AbortSignal;
}

/** How a run ended: all its steps or hours done, or stopped on the way and ready to be resumed. */
export interface TrainingResult {
  readonly checkpoint: Checkpoint;
  readonly finished: boolean;
}

/** How many steps a run has: as many as it says, or as show every picture `epochs` times. */
export function totalSteps(config: TrainingConfig, pictures: number): number {
  if (config.steps !== undefined) return config.steps;
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
  const recorder = await openRecorder(folder, options, gan.step);
  // As if it had begun when it would have without a break, by this sitting's clock.
  const began = options.now() - 1000 * secondsTrained(await folder.readMetrics(), config.batchSize);
  const deadline = began + 3_600_000 * (options.hours ?? Number.POSITIVE_INFINITY);
  const meter = createMeter(options, recorder, { steps, pictures: data.images, firstStep: gan.step, began, deadline });
  const watch = watchDivergence(config, options.divergenceWindow);
  const save = async () => {
    // A checkpoint of broken weights would push out the good ones.
    if (!isAllFinite(gan)) throw await failure(options, gan, 'broken');
    await folder.saveCheckpoint(checkpoint());
  };
  const isDone = () => gan.step >= steps || options.now() >= deadline;
  const snapshot = () => snapshotOf({ config, data, gan });

  if (gan.step === 0) await recorder.show(snapshot());
  let done = isDone();
  while (!done && !signal.aborted) {
    const losses = trainStep(config, gan, batches.next(), discriminator);
    done = isDone();
    const divergence = watch.add(losses);
    if (divergence === 'broken' || (divergence && options.stopOnDivergence))
      throw await failure(options, gan, divergence);
    if (divergence) recorder.warn(describeDivergence(divergence, gan.step));
    await meter.add(gan.step, losses, done);
    if (isDue(gan.step, options.sheetEvery, done)) await recorder.show(snapshot());
    if (isDue(gan.step, options.snapshotEvery, done)) await recorder.keep(snapshot());
    if (gan.step % options.checkpointEvery === 0 && !done) await save();
    // Steps compute without a pause; this lets signals and timers in.
    await new Promise(setImmediate);
  }
  await save();
  return { checkpoint: checkpoint(), finished: done };
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
  return {
    broken: `Training has diverged: after step ${step} there are losses or weights that are no numbers any more.`,
    'one-sided': `The discriminator tells all pictures apart, up to step ${step} at nearly no loss for long: the generator hardly learns from it.`,
    contradiction:
      `Up to step ${step} both networks have nearly no loss, which contradicts itself: they do not see the same cars any more, and the ` +
      'cars will collapse into one pattern. Begin anew with --preset fresh, or with --fakes shared --frozen-normalisation batch.',
  }[divergence];
}

function isDue(step: number, every: number, isLast: boolean): boolean {
  return every > 0 && (step % every === 0 || isLast);
}

interface MeterRange {
  readonly steps: number;
  readonly pictures: number;
  readonly firstStep: number;
  /** When the run began, breaks left out, and when it ends at the latest, by `now`. */
  readonly began: number;
  readonly deadline: number;
}

/** Averages losses and speed over the steps of one report. */
function createMeter(options: TrainerOptions, recorder: Recorder, range: MeterRange) {
  const { steps, pictures, firstStep, began, deadline } = range;
  const { config, now } = options;
  let sums = { discriminatorReal: 0, discriminatorFake: 0, generator: 0 };
  let since = { step: firstStep, time: now() };
  return {
    add: async (step: number, losses: StepLosses, isLast: boolean) => {
      for (const name of ['discriminatorReal', 'discriminatorFake', 'generator'] as const) sums[name] += losses[name];
      if (step % options.reportEvery !== 0 && !isLast) return;
      const done = step - since.step;
      const secondsPerStep = (now() - since.time) / 1000 / done;
      const means = {
        discriminatorReal: sums.discriminatorReal / done,
        discriminatorFake: sums.discriminatorFake / done,
        generator: sums.generator / done,
      };
      const secondsLeft = Math.max(0, Math.min((steps - step) * secondsPerStep, (deadline - now()) / 1000));
      const progress: Progress = {
        step,
        // Where the hours end it, as many as will fit into them.
        steps: isLast ? step : Math.min(steps, step + Math.ceil(secondsLeft / secondsPerStep)),
        epoch: (step * config.batchSize) / pictures,
        losses: means,
        imagesPerSecond: config.batchSize / secondsPerStep,
        secondsLeft,
        seconds: (now() - began) / 1000,
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
