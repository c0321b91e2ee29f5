import { join } from 'node:path';
import { writeWhole } from '../../files.ts';
import { bundleRun, sampleSheet } from './bundle-run.ts';
import type { Progress } from './progress.ts';
import { writeReport } from './report.ts';
import type { RunFolder } from './run-folder.ts';
import type { ScoreRow } from './scores.ts';
import type { Snapshot } from './snapshot.ts';
import { openEventWriter } from './tensorboard.ts';

/** Everything that a run leaves for people to see while it goes. */
export interface Recorder {
  /** Adds a line to `metrics.jsonl` and a point to TensorBoard's curves. */
  report(progress: Progress): Promise<void>;
  /** Says a warning, and keeps it with the next line of `metrics.jsonl` and so in the report. */
  warn(message: string): void;
  /** Keeps a sheet as a file and for TensorBoard, draws curves and report anew, and puts the model where it can be served. */
  show(snapshot: Snapshot): Promise<void>;
  /** Keeps a generator to be chosen from, and its scores where it can be measured. */
  keep(snapshot: Snapshot): Promise<void>;
}

export interface RecorderOptions {
  readonly score?: ((snapshot: Snapshot) => Promise<ScoreRow>) | undefined;
  readonly onScore?: ((score: ScoreRow, earlier: readonly ScoreRow[]) => void) | undefined;
  readonly warn: (message: string) => void;
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
}

/** Milliseconds between two reports at least: a report holds all pictures, and takes a second or so. */
const reportEvery = 30_000;

/** Opens a recorder that goes on after `step`: what a killed run has recorded of later steps is dropped. */
export async function openRecorder(folder: RunFolder, options: RecorderOptions, step: number): Promise<Recorder> {
  await folder.truncateMetrics(step);
  await folder.truncateScores(step);
  const events = await openEventWriter(join(folder.path, 'tensorboard'), { step, clock: options.clock });
  let warnings: string[] = [];
  let reportDue = Number.NEGATIVE_INFINITY;

  const draw = async () => {
    await saveCurves(folder);
    if (options.now() < reportDue) return;
    await writeReport(folder.path, { live: true, warn: options.warn });
    reportDue = options.now() + reportEvery;
  };

  return {
    report: async ({ step, epoch, losses, imagesPerSecond, seconds, residentBytes, tensors }) => {
      const residentMegabytes = Math.round(residentBytes / 1e6);
      const said = warnings.length > 0 ? { warnings } : {};
      warnings = [];
      await folder.appendMetrics({
        ...{ step, epoch, ...losses, imagesPerSecond, seconds: Math.round(seconds * 1000) / 1000 },
        ...{ residentMegabytes, tensors, ...said },
      });
      await events.scalars(step, {
        'loss/discriminator-real': losses.discriminatorReal,
        'loss/discriminator-fake': losses.discriminatorFake,
        'loss/generator': losses.generator,
        'speed/images-per-second': imagesPerSecond,
        'memory/resident-megabytes': residentMegabytes,
      });
    },
    warn: (message) => {
      warnings.push(message);
      options.warn(message);
    },
    show: async (snapshot) => {
      const png = sampleSheet(snapshot);
      await folder.saveSheet(snapshot.step, png);
      await events.picture(snapshot.step, 'cars', png);
      await bundleRun(snapshot, folder.bundle, { samples: png, replace: true });
      await draw();
    },
    keep: async (snapshot) => {
      await folder.saveSnapshot(snapshot);
      if (options.score === undefined) return;
      const earlier = await folder.readScores();
      const row = await options.score(snapshot);
      await folder.appendScore(row);
      await events.scalars(snapshot.step, {
        'score/kid': row.kid,
        'score/fid': row.fid,
        'score/precision': row.precision,
        'score/recall': row.recall,
      });
      options.onScore?.(row, earlier);
      await draw();
    },
  };
}

/** `curves.svg` and `curves.png`, of all that was reported so far. */
export async function saveCurves(folder: RunFolder): Promise<void> {
  const rows = await folder.readMetrics();
  if (rows.length === 0) return;
  const [{ drawCurves }, { default: sharp }] = await Promise.all([import('./curves.ts'), import('sharp')]);
  const svg = drawCurves(rows, await folder.readScores());
  await writeWhole(join(folder.path, 'curves.svg'), svg);
  await writeWhole(join(folder.path, 'curves.png'), await sharp(Buffer.from(svg)).png().toBuffer());
}
