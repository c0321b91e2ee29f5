import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { type Dataset, readDataset } from '../dataset/read-dataset.ts';
import { FreshcarError } from '../errors.ts';
import { loadTensorflow } from '../tensorflow/backend.ts';
import { fastestPrecision, type Precision } from '../tensorflow/precision.ts';
import type { Terminal } from '../terminal.ts';
import type { TrainingConfig } from './config.ts';
import { resolveRun, type TrainFlags } from './resolve-run.ts';
import { bundleRun } from './run/bundle-run.ts';
import type { Checkpoint, DataIdentity } from './run/checkpoint.ts';
import { type Progress, progressBar, progressLine } from './run/progress.ts';
import { saveCurves } from './run/recorder.ts';
import { openRunFolder } from './run/run-folder.ts';
import { snapshotOf } from './run/snapshot.ts';
import { totalSteps, train } from './trainer.ts';

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
  const { native } = await loadTensorflow({ warn });
  const fastest = native ? fastestPrecision(await readFile('/proc/cpuinfo', 'utf8').catch(() => '')) : 'float32';
  const { config, start, features } = await resolveRun(flags, values, { folder, checkpoint, fastest, warn });
  checkData(config, data, checkpoint);
  checkPrecision(config, { native, fastest, warn });
  await folder.removeLeftovers();
  await folder.saveConfig(config);

  terminal.err.write(`${describe(config, data, checkpoint)}\n`);
  const result = await train({
    config,
    data: identityOf(data, flags),
    images: data.images,
    folder,
    checkpoint,
    start,
    features,
    checkpointEvery: flags.checkpointEvery,
    sheetEvery: flags.sheetEvery,
    snapshotEvery: flags.snapshotEvery,
    reportEvery: flags.reportEvery,
    report: reporter(terminal),
    warn,
    stopOnDivergence: flags.stopOnDivergence ?? false,
    now: terminal.now,
    residentBytes: process.memoryUsage.rss,
    clock: Date.now,
    signal: terminal.interruption(),
  });
  const { bundle } = folder;
  await bundleRun(snapshotOf(result.checkpoint), bundle, { replace: true });
  await saveCurves(folder);
  const { writeReport } = await import('./run/report.ts');
  await writeReport(folder.path);
  const { step } = result.checkpoint.gan;
  const outcome = result.finished ? `Done after ${step} steps` : `Stopped after step ${step}; --resume goes on`;
  terminal.err.write('\n');
  terminal.out.write(`${outcome}. The model is in ${bundle}; see its cars: npm start -- --model ${flags.out}\n`);
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

interface Machine {
  readonly native: boolean;
  readonly fastest: Precision;
  readonly warn: (message: string) => void;
}

/** Refuses what this machine cannot compute in, and warns of what it computes in slowly. */
function checkPrecision({ precision }: TrainingConfig, { native, fastest, warn }: Machine): void {
  if (precision === 'float32') return;
  if (!native)
    throw new FreshcarError(
      'invalid-input',
      `This run computes in ${precision}, for which TensorFlow's native library is needed: npm run setup:tensorflow. ` +
        'A new run does without it by --precision float32.',
    );
  if (fastest !== precision)
    warn(`${precision} is slower than float32 on this processor, which does not multiply matrices of it.`);
}

function describe(config: TrainingConfig, data: Dataset, checkpoint: Checkpoint | undefined): string {
  const steps = totalSteps(config, data.count);
  const from = checkpoint === undefined ? '' : `, going on after step ${checkpoint.gan.step}`;
  return `Training on ${data.count} pictures of ${data.imageSize}x${data.imageSize} for ${steps} steps in ${config.precision}${from}.`;
}

function reporter({ err }: Terminal): (progress: Progress) => void {
  if (!err.isTTY) return (progress) => err.write(`${progressLine(progress)}\n`);
  return (progress) => err.write(`\r\u001b[K${progressBar(progress)}`);
}
