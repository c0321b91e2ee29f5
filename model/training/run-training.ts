import { readFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { trainableSizes } from '../architecture/dcgan.ts';
import { commandLine, quoted } from '../command-line.ts';
import { type Dataset, readDataset } from '../dataset/read-dataset.ts';
import { FreshcarError } from '../errors.ts';
import { sheet } from '../image.ts';
import { encodePng } from '../png.ts';
import { statusLine } from '../status-line.ts';
import { loadTensorflow } from '../tensorflow/backend.ts';
import { fastestPrecision, type Precision } from '../tensorflow/precision.ts';
import type { Terminal } from '../terminal.ts';
import type { TrainingConfig } from './config.ts';
import { isResumed, resolveRun, type TrainFlags } from './resolve-run.ts';
import { bundleRun } from './run/bundle-run.ts';
import type { Checkpoint, DataIdentity } from './run/checkpoint.ts';
import { lockRun } from './run/lock.ts';
import { progressBar, progressLine } from './run/progress.ts';
import { saveCurves } from './run/recorder.ts';
import { openRunFolder, type RunFolder } from './run/run-folder.ts';
import { type RunOptions, usualOptions } from './run/run-options.ts';
import { bestScore, type ScoreRow } from './run/scores.ts';
import { type Snapshot, snapshotOf } from './run/snapshot.ts';
import { type TrainingResult, totalSteps, train } from './trainer.ts';

/** Measures the snapshots of a run that was trained on `training` with the packed pictures at `heldOut`. */
export type OpenScoring = (
  heldOut: string,
  training: Dataset,
  tell: { readonly show: (what: string) => void; readonly warn: (message: string) => void },
) => Promise<(snapshot: Snapshot) => Promise<ScoreRow>>;

/** What training is given by its doors. */
export interface TrainingDoor {
  readonly terminal: Terminal;
  /** Evaluation stands above training, which it reads the runs of; so it is handed in. */
  readonly openScoring: OpenScoring;
}

/** A number of steps that no run comes to: where hours end it. */
const endless = '1000000000';

/** Trains or resumes as the flags say, and leaves a bundle in the run folder that can be served. */
export async function runTraining(
  flags: TrainFlags,
  values: Readonly<Record<string, string>>,
  { terminal, openScoring }: TrainingDoor,
): Promise<void> {
  const resumed = await isResumed(flags);
  const folder = openRunFolder(flags.out);
  const options = optionsOf(flags, values, resumed ? await folder.readOptions() : undefined);
  const data = await readDataset(options.data);
  const lock = await lockRun(flags.out, { clock: Date.now, takeOver: flags.resume === 'if-there' });
  try {
    await trainLocked({ flags, values, options, folder, data, terminal, openScoring, renew: lock.renew });
  } finally {
    await lock.release();
  }
}

interface Work extends TrainingDoor {
  readonly flags: TrainFlags;
  readonly values: Readonly<Record<string, string>>;
  readonly options: RunOptions;
  readonly folder: RunFolder;
  readonly data: Dataset;
  readonly renew: () => Promise<void>;
}

async function trainLocked(work: Work): Promise<void> {
  const { flags, options, folder, data, terminal } = work;
  const status = statusLine(terminal);
  const { warn } = status;
  const checkpoint = await folder.latestCheckpoint(warn);
  const values = lengthOf(work.values, options);
  const { native } = await loadTensorflow({ warn });
  const fastest = native ? fastestPrecision(await readFile('/proc/cpuinfo', 'utf8').catch(() => '')) : 'float32';
  const { from, features: file } = options;
  const state = { folder, checkpoint, from, features: file, fastest, warn };
  const { config, start, features } = await resolveRun(flags, values, state);
  checkData(config, data, checkpoint, flags);
  checkPrecision(config, { native, fastest, warn });
  await folder.removeLeftovers();
  await folder.saveConfig(config);
  await folder.saveOptions(options);
  await folder.saveRealSheet(realSheet(data));
  const score = options.heldOut === null ? undefined : await work.openScoring(options.heldOut, data, status);
  status.clear();

  terminal.err.write(`${describe(config, data, checkpoint, options)}\n`);
  let best = bestScore(await folder.readScores(), await folder.snapshotSteps());
  const result = await train({
    ...{
      config,
      data: identityOf(data, options.data),
      images: data.images,
      folder,
      checkpoint,
      start,
      features,
      score,
    },
    checkpointEvery: options.checkpointEvery,
    sheetEvery: options.sheetEvery,
    snapshotEvery: options.snapshotEvery,
    reportEvery: options.reportEvery,
    hours: options.hours ?? undefined,
    report: (progress) => {
      if (terminal.err.isTTY) status.show(progressBar(progress, best?.step));
      else terminal.err.write(`${progressLine(progress)}\n`);
      void work.renew();
    },
    onScore: (row, earlier) => {
      best = bestScore([...earlier, row]);
      status.note(scoreLine(row, best));
    },
    warn,
    stopOnDivergence: options.stopOnDivergence,
    now: terminal.now,
    residentBytes: process.memoryUsage.rss,
    clock: Date.now,
    signal: terminal.interruption(),
  });
  const { bundle } = folder;
  await bundleRun(snapshotOf(result.checkpoint), bundle, { replace: true, keepScores: true });
  await saveCurves(folder);
  const { writeReport } = await import('./run/report.ts');
  await writeReport(folder.path, { warn });
  status.clear();
  terminal.out.write(outcomeOf(result, folder, best));
}

/** How it ended, and what to type next. */
function outcomeOf({ checkpoint, finished }: TrainingResult, { path, bundle }: RunFolder, best?: ScoreRow): string {
  const { step } = checkpoint.gan;
  const outcome = finished ? `Done after ${step} steps` : `Stopped after step ${step}; --resume goes on`;
  return [
    `${outcome}. The model is in ${bundle}; see its cars: npm start -- --model ${quoted(path)}`,
    ...(finished ? [] : [`Go on: ${commandLine(['train', '--out', path, '--resume'])}`]),
    ...(best
      ? [
          `Best by KID: step ${best.step}. Make a model of it: ${commandLine(['export', path, '--best', '--out', 'my-cars'])}`,
        ]
      : []),
    '',
  ].join('\n');
}

/** What is said now, else what the run remembers, else the usual. */
function optionsOf(flags: TrainFlags, values: Readonly<Record<string, string>>, known?: RunOptions): RunOptions {
  const before = { ...usualOptions, ...known };
  const data = flags.data === undefined ? known?.data : resolve(flags.data);
  if (data === undefined)
    throw new FreshcarError(
      'invalid-input',
      'Say which packed photographs to train on: --data FILE. Add --help to see what can be asked for.',
    );
  const saysLength = values.steps !== undefined || values.epochs !== undefined;
  return {
    data,
    heldOut: flags.heldOut === undefined ? before.heldOut : resolve(flags.heldOut),
    from: flags.from === undefined ? before.from : resolve(flags.from),
    features: flags.features === undefined ? before.features : resolve(flags.features),
    hours: flags.hours ?? (saysLength ? null : before.hours),
    stopOnDivergence: flags.stopOnDivergence ?? before.stopOnDivergence,
    checkpointEvery: flags.checkpointEvery ?? before.checkpointEvery,
    sheetEvery: flags.sheetEvery ?? before.sheetEvery,
    snapshotEvery: flags.snapshotEvery ?? before.snapshotEvery,
    reportEvery: flags.reportEvery ?? before.reportEvery,
  };
}

/** Where hours alone end the run, no number of steps does. */
function lengthOf(values: Readonly<Record<string, string>>, { hours }: RunOptions): Readonly<Record<string, string>> {
  const saysLength = values.steps !== undefined || values.epochs !== undefined;
  return hours === null || saysLength ? values : { ...values, steps: endless };
}

function identityOf({ provenance, count, sha256 }: Dataset, path: string): DataIdentity {
  return { name: provenance?.source.name ?? basename(path), images: count, sha256 };
}

function checkData(
  config: TrainingConfig,
  data: Dataset,
  checkpoint: Checkpoint | undefined,
  { out, data: path }: TrainFlags,
): void {
  const { imageSize } = config.architecture;
  if (checkpoint !== undefined && checkpoint.data.sha256 !== data.sha256)
    throw new FreshcarError(
      'training-failed',
      `The data is not what this run began with: that was ${checkpoint.data.images} images of ${checkpoint.data.name}, ` +
        `and these are ${data.count}. Give it the same file, or have a new run learn from these what this one knows: ` +
        `${commandLine(['train', '--data', path ?? 'FILE', '--from', out, '--out', 'NEW'])}`,
    );
  if (data.imageSize !== imageSize) throw new FreshcarError('invalid-input', sizeMismatch(data.imageSize, imageSize));
  if (data.count < 2)
    throw new FreshcarError('invalid-input', 'A generator cannot learn from fewer than two pictures.');
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

function sizeMismatch(pictures: number, networks: number): string {
  const mend = trainableSizes.includes(pictures)
    ? `Pack them with --size ${networks}, or train with --image-size ${pictures}.`
    : `Networks draw ${trainableSizes.join(', ')} pixels: pack the photographs with --size ${networks}.`;
  return `The pictures are ${pictures} pixels wide and the networks ${networks}. ${mend}`;
}

function describe(
  config: TrainingConfig,
  data: Dataset,
  checkpoint: Checkpoint | undefined,
  { hours }: RunOptions,
): string {
  const steps = totalSteps(config, data.count);
  const length = steps === Number(endless) ? `${hours} hours` : `${steps} steps`;
  const atMost = hours === null || steps === Number(endless) ? '' : `, ${hours} hours at most`;
  const from = checkpoint === undefined ? '' : `, going on after step ${checkpoint.gan.step}`;
  return `Training on ${data.count} pictures of ${data.imageSize}x${data.imageSize} for ${length}${atMost} in ${config.precision}${from}.`;
}

function scoreLine({ step, kid, recall }: ScoreRow, best: ScoreRow | undefined): string {
  const place =
    best === undefined || best.step === step
      ? 'the best so far'
      : `best so far: step ${best.step}, KID ${best.kid.toFixed(4)}`;
  return `Measured step ${step}: KID ${kid.toFixed(4)}, recall ${recall.toFixed(2)} (${place})`;
}

/** As many real pictures as a sheet has cars, spread over all of them. */
function realSheet({ images, imageSize, count }: Dataset): Uint8Array {
  const bytes = imageSize ** 2 * 3;
  const shown = Math.min(64, count);
  const rows = Array.from({ length: shown }, (_, at) => Math.floor((at * count) / shown));
  const some = Buffer.concat(rows.map((row) => images.subarray(row * bytes, (row + 1) * bytes)));
  return encodePng(sheet(some, imageSize, { columns: 8, gap: 2 }));
}
