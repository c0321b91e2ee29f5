import { cp, mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';
import { errorCodes, FreshcarError } from '../errors.ts';
import type { Terminal } from '../terminal.ts';
import { openRunFolder } from '../training/run/run-folder.ts';
import { type JobSettings, readHyperparameters } from './hyperparameters.ts';
import { type MlFolder, openMlFolder } from './ml-folder.ts';

/**
 * The channels: packed photographs to train on, and by choice others to measure the model with at the end, the frozen network of a
 * projected discriminator, and a run or bundle to start from.
 */
const channels = { train: 'train', heldOut: 'held-out', features: 'features', from: 'from' } as const;

/**
 * One training job, as SageMaker runs it: reads hyperparameters and data, goes on from the checkpoints that were restored
 * or begins anew, and leaves the bundle to be packed. SIGTERM (a stop, or a spot machine that is taken back) saves a
 * checkpoint; SageMaker starts the job again where it was.
 *
 * @param root `/opt/ml`.
 * @param ownFolder A name below which the checkpoints lie, where jobs share one place in S3.
 * @returns The exit code: 0 when it is done or was stopped in order, else why is in `output/failure`, in a sentence.
 */
export async function trainJob(root: string, terminal: Terminal, ownFolder?: string): Promise<number> {
  const folder = openMlFolder(root, ownFolder);
  // From the start on: process 1 of a container ignores signals that nobody listens to.
  terminal.interruption();
  try {
    const job = await openJob(folder);
    if (!(await trainIn(folder, job, terminal))) return 0;
    await leaveModel(folder);
    if (job.heldOut !== undefined) await measure(folder, job, terminal);
    return 0;
  } catch (error) {
    const sentence = error instanceof Error ? error.message : String(error);
    terminal.err.write(`error: ${sentence}\n`);
    await folder.writeFailure(sentence);
    return error instanceof FreshcarError ? errorCodes[error.code].exit : 1;
  }
}

interface Job {
  readonly settings: JobSettings;
  /** Paths of the packed pictures. */
  readonly data: string;
  readonly heldOut: string | undefined;
  /** What `freshcar train` calls `--features` and `--from`, where the job has such channels. */
  readonly given: { readonly features?: string; readonly from?: string };
}

/** All that a job is told, checked before anything costs time. */
async function openJob(folder: MlFolder): Promise<Job> {
  const settings = readHyperparameters(await folder.hyperparameters());
  const data = await folder.dataset(channels.train);
  const given = {
    ...((await folder.hasChannel(channels.features)) && { features: await folder.features(channels.features) }),
    ...((await folder.hasChannel(channels.from)) && { from: folder.channelFolder(channels.from) }),
  };
  if (!(await folder.hasChannel(channels.heldOut))) return { settings, data, given, heldOut: undefined };
  const heldOut = await folder.dataset(channels.heldOut);
  const { checkMeasurable } = await import('./measure.ts');
  await checkMeasurable({ heldOut, train: data });
  return { settings, data, given, heldOut };
}

/** Whether the training is done; else it was stopped on the way. */
async function trainIn(folder: MlFolder, { settings, data, given }: Job, terminal: Terminal): Promise<boolean> {
  const { values, ...flags } = settings;
  await mkdir(folder.checkpoints, { recursive: true });
  const [{ runTraining }, { totalSteps }, { openScoring }] = await Promise.all([
    import('../training/run-training.ts'),
    import('../training/trainer.ts'),
    import('../evaluation/score-snapshots.ts'),
  ]);
  // The run folder is the checkpoint folder: sheets and curves can be watched in S3 while the job runs.
  const door = { terminal, openScoring };
  await runTraining({ ...flags, ...given, data, out: folder.checkpoints, resume: 'if-there' }, values, door);
  const checkpoint = await openRunFolder(folder.checkpoints).latestCheckpoint(() => undefined);
  return checkpoint !== undefined && checkpoint.gan.step >= totalSteps(checkpoint.config, checkpoint.data.images);
}

/** The bundle and nothing else: checkpoints in there would be packed and kept with every model. */
async function leaveModel({ checkpoints, model }: MlFolder): Promise<void> {
  const bundle = path.join(checkpoints, 'bundle');
  await mkdir(model, { recursive: true });
  for (const name of await readdir(bundle)) await cp(path.join(bundle, name), path.join(model, name));
}

async function measure({ model }: MlFolder, { data, heldOut = '' }: Job, terminal: Terminal): Promise<void> {
  const { measureModel } = await import('./measure.ts');
  await measureModel(model, { heldOut, train: data }, terminal);
}
