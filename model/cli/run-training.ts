import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type Dataset, readDataset } from '../dataset/read-dataset.ts';
import { FreshcarError } from '../errors.ts';
import { reasonOf } from '../files.ts';
import { loadTensorflow } from '../tensorflow/backend.ts';
import { bundleRun } from '../training/bundle-run.ts';
import type { Checkpoint, DataIdentity } from '../training/checkpoint.ts';
import type { TrainingConfig } from '../training/config.ts';
import { progressBar, progressLine } from '../training/progress.ts';
import { holdsRun, openRunFolder, type RunFolder } from '../training/run-folder.ts';
import { resolveConfig } from '../training/settings.ts';
import { type Progress, totalSteps, train } from '../training/trainer.ts';
import type { Terminal } from './terminal.ts';
import type { TrainFlags } from './train.ts';

/** Trains or resumes as the flags say, and leaves a bundle in the run folder that can be served. */
export async function runTraining(
  flags: TrainFlags,
  values: Readonly<Record<string, string>>,
  terminal: Terminal,
): Promise<void> {
  const warn = (message: string) => terminal.err.write(`warning: ${message}\n`);
  const folder = openRunFolder(flags.out);
  const data = await readDataset(flags.data);
  const checkpoint = flags.resume ? await folder.latestCheckpoint(warn) : undefined;
  const config = await configOf(flags, values, folder, checkpoint);
  checkData(config, data, checkpoint);
  await loadTensorflow({ warn });
  if (checkpoint === undefined) await folder.saveConfig(config);

  terminal.err.write(`${describe(config, data, checkpoint)}\n`);
  const result = await train({
    config,
    data: identityOf(data, flags),
    images: data.images,
    folder,
    checkpoint,
    checkpointEvery: flags.checkpointEvery,
    sheetEvery: flags.sheetEvery,
    reportEvery: flags.reportEvery,
    report: reporter(terminal),
    now: terminal.now,
    signal: terminal.interruption(),
  });
  const bundle = join(folder.path, 'bundle');
  await bundleRun({ checkpoint: result.checkpoint }, bundle, { replace: true });
  const { step } = result.checkpoint.gan;
  const outcome = result.finished ? `Done after ${step} steps` : `Stopped after step ${step}; --resume goes on`;
  terminal.err.write('\n');
  terminal.out.write(`${outcome}. The model is in ${bundle}; see its cars: npm start -- --model ${flags.out}\n`);
}

/** A new run's settings come from preset, file and flags; a resumed one keeps its own. */
async function configOf(
  flags: TrainFlags,
  values: Readonly<Record<string, string>>,
  folder: RunFolder,
  checkpoint: Checkpoint | undefined,
): Promise<TrainingConfig> {
  if (checkpoint === undefined && (await holdsRun(folder.path)) && !flags.resume)
    throw new FreshcarError(
      'invalid-input',
      `${folder.path} holds a run already. Go on with it by --resume, or choose another folder.`,
    );
  const file = flags.config === undefined ? undefined : await readJson(flags.config);
  if (checkpoint === undefined) return resolveConfig({ preset: flags.preset, file, values });
  if (file === undefined) {
    // The flags are laid over what the run is, so that repeating its own flags is no change.
    const asked = resolveConfig({ preset: 'seed', file: checkpoint.config, values: withoutLength(values) });
    refuseChanges(checkpoint.config, asked);
    const { epochs } = resolveConfig({ preset: 'seed', file: checkpoint.config, values });
    return { ...checkpoint.config, epochs };
  }
  throw new FreshcarError('invalid-input', 'A resumed run keeps its settings; leave --config away.');
}

/** How long a run lasts may change when it is resumed; nothing else may. */
function withoutLength(values: Readonly<Record<string, string>>): Record<string, string> {
  const { epochs: _, ...rest } = values;
  return rest;
}

function refuseChanges(own: TrainingConfig, asked: TrainingConfig): void {
  const changed = Object.keys(own).filter((key) => {
    const name = key as keyof TrainingConfig;
    return JSON.stringify(own[name]) !== JSON.stringify(asked[name]);
  });
  if (changed.length === 0) return;
  throw new FreshcarError(
    'invalid-input',
    `A resumed run keeps its settings, and these differ: ${changed.join(', ')}. Leave them away, or begin a new run.`,
  );
}

function identityOf({ provenance, count, sha256 }: Dataset, { data }: TrainFlags): DataIdentity {
  return { name: provenance?.source.name ?? basename(data), images: count, sha256 };
}

function checkData(config: TrainingConfig, data: Dataset, checkpoint: Checkpoint | undefined): void {
  const { imageSize } = config.architecture;
  if (data.imageSize !== imageSize)
    throw new FreshcarError(
      'invalid-input',
      `The pictures are ${data.imageSize} pixels wide and the networks ${imageSize}. ` +
        `Pack them with --size ${imageSize}, or train with --image-size ${data.imageSize}.`,
    );
  if (data.count < 2)
    throw new FreshcarError('invalid-input', 'A generator cannot learn from fewer than two pictures.');
  if (checkpoint !== undefined && checkpoint.data.sha256 !== data.sha256)
    throw new FreshcarError('training-failed', 'The data is not what this run began with. Give it the same file.');
}

async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch (cause) {
    throw new FreshcarError('invalid-input', `Could not read ${path} as JSON: ${reasonOf(cause)}.`, { cause });
  }
}

function describe(config: TrainingConfig, data: Dataset, checkpoint: Checkpoint | undefined): string {
  const steps = totalSteps(config, data.count);
  const from = checkpoint === undefined ? '' : `, going on after step ${checkpoint.gan.step}`;
  return `Training on ${data.count} pictures of ${data.imageSize}x${data.imageSize} for ${steps} steps${from}.`;
}

function reporter({ err }: Terminal): (progress: Progress) => void {
  if (!err.isTTY) return (progress) => err.write(`${progressLine(progress)}\n`);
  return (progress) => err.write(`\r\u001b[K${progressBar(progress)}`);
}
