import { cp, mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';
import type { Terminal } from '../cli/terminal.ts';
import { errorCodes, FreshcarError } from '../errors.ts';
import { openRunFolder } from '../training/run-folder.ts';
import { readHyperparameters } from './hyperparameters.ts';
import { type MlFolder, openMlFolder } from './ml-folder.ts';

/** The channel with the packed photographs. */
const channel = 'train';

/**
 * One training job, as SageMaker runs it: reads hyperparameters and data, goes on from the checkpoints that were restored
 * or begins anew, and leaves the bundle to be packed. SIGTERM (a stop, or a spot machine that is taken back) saves a
 * checkpoint; SageMaker starts the job again where it was.
 *
 * @param root `/opt/ml`.
 * @returns The exit code: 0 when it is done or was stopped in order, else why is in `output/failure`, in a sentence.
 */
export async function trainJob(root: string, terminal: Terminal): Promise<number> {
  const folder = openMlFolder(root);
  // From the start on: process 1 of a container ignores signals that nobody listens to.
  terminal.interruption();
  try {
    if (await trainIn(folder, terminal)) await leaveModel(folder);
    return 0;
  } catch (error) {
    const sentence = error instanceof Error ? error.message : String(error);
    terminal.err.write(`error: ${sentence}\n`);
    await folder.writeFailure(sentence);
    return error instanceof FreshcarError ? errorCodes[error.code].exit : 1;
  }
}

/** Whether the training is done; else it was stopped on the way. */
async function trainIn(folder: MlFolder, terminal: Terminal): Promise<boolean> {
  const { values, ...job } = readHyperparameters(await folder.hyperparameters());
  const data = await folder.dataset(channel);
  await mkdir(folder.checkpoints, { recursive: true });
  const [{ runTraining }, { totalSteps }] = await Promise.all([
    import('../cli/run-training.ts'),
    import('../training/trainer.ts'),
  ]);
  // The run folder is the checkpoint folder: sheets and curves can be watched in S3 while the job runs.
  await runTraining({ ...job, data, out: folder.checkpoints, resume: true }, values, terminal);
  const checkpoint = await openRunFolder(folder.checkpoints).latestCheckpoint(() => undefined);
  return checkpoint !== undefined && checkpoint.gan.step >= totalSteps(checkpoint.config, checkpoint.data.images);
}

/** The bundle and nothing else: checkpoints in there would be packed and kept with every model. */
async function leaveModel({ checkpoints, model }: MlFolder): Promise<void> {
  const bundle = path.join(checkpoints, 'bundle');
  await mkdir(model, { recursive: true });
  for (const name of await readdir(bundle)) await cp(path.join(bundle, name), path.join(model, name));
}
