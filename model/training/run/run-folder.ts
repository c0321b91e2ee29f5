import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { FreshcarError } from '../../errors.ts';
import { appendTo, isTemporary, reasonOf, writeWhole } from '../../files.ts';
import type { TrainingConfig } from '../config.ts';
import { type Checkpoint, decodeCheckpoint, encodeCheckpoint } from './checkpoint.ts';
import { type MetricsRow, parseMetrics } from './metrics.ts';
import { type RunOptions, runOptionsSchema } from './run-options.ts';
import { parseScores, type ScoreRow } from './scores.ts';
import { decodeSnapshot, encodeSnapshot, type Snapshot } from './snapshot.ts';

/**
 * The folder of one run: `config.json` (exactly what runs), `run.json` (how it is gone about), `run.lock` (who is at it), `checkpoints/` (the last two), `snapshots/` (the generator now
 * and then), `sheets/` (the same cars over time), `metrics.jsonl` (a line a report), `scores.jsonl` (a line a measured generator), `tensorboard/`, `curves.svg` and `.png`, and, once there is a model to serve,
 * `bundle/` and `report.html`.
 */

const sheetPattern = /^step-(\d{8})\.png$/;
const checkpointPattern = /^step-(\d{8})\.safetensors$/;
const snapshotPattern = checkpointPattern;
/** Two, so that one is good while the other is written, and an older one is left if the newest is damaged later. */
const keptCheckpoints = 2;

export interface RunFolder {
  readonly path: string;
  /** Where the run's model can be served from: its newest, once it has drawn a sheet. */
  readonly bundle: string;
  /** Every checkpoint's file name, newest first. */
  checkpoints(): Promise<string[]>;
  saveCheckpoint(checkpoint: Checkpoint): Promise<void>;
  /** The newest checkpoint that can be read; `warn` is told of each damaged one. Undefined where there is none at all. */
  latestCheckpoint(warn: (message: string) => void): Promise<Checkpoint | undefined>;
  saveSnapshot(snapshot: Snapshot): Promise<void>;
  /** The steps of all snapshots, ascending. */
  snapshotSteps(): Promise<number[]>;
  /** @throws FreshcarError `not-found` when there is none of that step, `damaged-bundle` when it cannot be read. */
  readSnapshot(step: number): Promise<Snapshot>;
  saveConfig(config: TrainingConfig): Promise<void>;
  saveOptions(options: RunOptions): Promise<void>;
  /** Undefined where there are none, as in a run of an earlier version, or where they cannot be read. */
  readOptions(): Promise<RunOptions | undefined>;
  /** Some real pictures, as a sheet, to be looked at beside the cars. */
  saveRealSheet(png: Uint8Array): Promise<void>;
  readRealSheet(): Promise<Uint8Array | undefined>;
  /** Removes what a killed process was about to write. */
  removeLeftovers(): Promise<void>;
  saveSheet(step: number, png: Uint8Array): Promise<void>;
  /** Every sheet, in the order of the steps. */
  readSheets(): Promise<{ readonly step: number; readonly png: Uint8Array }[]>;
  /** Appends one line of JSON to `metrics.jsonl`. */
  appendMetrics(metrics: MetricsRow): Promise<void>;
  readMetrics(): Promise<MetricsRow[]>;
  appendScore(score: ScoreRow): Promise<void>;
  readScores(): Promise<ScoreRow[]>;
  /** Drops what `train` has measured after `step`, which a resumed run will measure again. */
  truncateScores(step: number): Promise<void>;
  /** Drops the lines of `metrics.jsonl` after `step`, which a resumed run will write again. */
  truncateMetrics(step: number): Promise<void>;
}

const fileOf = (step: number) => `step-${String(step).padStart(8, '0')}.safetensors`;

export function openRunFolder(path: string): RunFolder {
  const checkpointFolder = join(path, 'checkpoints');
  const snapshotFolder = join(path, 'snapshots');
  const sheetFolder = join(path, 'sheets');
  const metricsPath = join(path, 'metrics.jsonl');
  const scoresPath = join(path, 'scores.jsonl');
  const optionsPath = join(path, 'run.json');
  const realSheetPath = join(path, 'real.png');
  const readMetricsFile = () => readFile(metricsPath, 'utf8').catch(() => '');

  const checkpoints = async () => {
    const names = await readdir(checkpointFolder).catch(() => []);
    return names
      .filter((name) => checkpointPattern.test(name))
      .sort()
      .reverse();
  };

  return {
    path,
    bundle: join(path, 'bundle'),
    checkpoints,
    saveCheckpoint: async (checkpoint) => {
      const name = fileOf(checkpoint.gan.step);
      await writeWhole(join(checkpointFolder, name), encodeCheckpoint(checkpoint));
      const outdated = (await checkpoints()).slice(keptCheckpoints);
      await Promise.all(outdated.map((old) => rm(join(checkpointFolder, old), { force: true })));
    },
    latestCheckpoint: async (warn) => {
      const names = await checkpoints();
      for (const name of names) {
        try {
          return decodeCheckpoint(await readFile(join(checkpointFolder, name)), join(checkpointFolder, name));
        } catch (cause) {
          // Whole, but of a run that cannot go on: so are all that are older.
          if (cause instanceof FreshcarError && cause.code === 'invalid-input') throw cause;
          warn(cause instanceof FreshcarError ? cause.message : `${name} cannot be read: ${reasonOf(cause)}.`);
        }
      }
      if (names.length === 0) return undefined;
      throw new FreshcarError('training-failed', `No checkpoint in ${checkpointFolder} can be read.`);
    },
    saveSnapshot: (snapshot) => writeWhole(join(snapshotFolder, fileOf(snapshot.step)), encodeSnapshot(snapshot)),
    snapshotSteps: async () => {
      const names = await readdir(snapshotFolder).catch(() => []);
      return names
        .flatMap((name) => snapshotPattern.exec(name)?.[1] ?? [])
        .map(Number)
        .sort((a, b) => a - b);
    },
    readSnapshot: async (step) => {
      const file = join(snapshotFolder, fileOf(step));
      const bytes = await readFile(file).catch((cause) => {
        throw new FreshcarError('not-found', `${path} keeps no snapshot of step ${step}: ${reasonOf(cause)}.`, {
          cause,
        });
      });
      return decodeSnapshot(bytes, file);
    },
    saveConfig: (config) => writeWhole(join(path, 'config.json'), `${JSON.stringify(config, undefined, 2)}\n`),
    saveOptions: (options) => writeWhole(optionsPath, `${JSON.stringify(options, undefined, 2)}\n`),
    readOptions: async () => {
      const text = await readFile(optionsPath, 'utf8').catch(() => undefined);
      return text === undefined ? undefined : runOptionsSchema.safeParse(parseJson(text)).data;
    },
    saveRealSheet: (png) => writeWhole(realSheetPath, png),
    readRealSheet: () => readFile(realSheetPath).catch(() => undefined),
    removeLeftovers: async () => {
      for (const place of [path, checkpointFolder, snapshotFolder, sheetFolder]) {
        const leftovers = (await readdir(place).catch(() => [])).filter(isTemporary);
        await Promise.all(leftovers.map((name) => rm(join(place, name), { recursive: true, force: true })));
      }
    },
    saveSheet: (step, png) => writeWhole(join(sheetFolder, `step-${String(step).padStart(8, '0')}.png`), png),
    readSheets: async () => {
      const names = await readdir(sheetFolder).catch(() => []);
      const steps = names.flatMap((name) => sheetPattern.exec(name)?.[1] ?? []).sort();
      return Promise.all(
        steps.map(async (step) => ({ step: Number(step), png: await readFile(join(sheetFolder, `step-${step}.png`)) })),
      );
    },
    appendMetrics: (metrics) => appendTo(metricsPath, `${JSON.stringify(metrics)}\n`),
    readMetrics: async () => parseMetrics(await readMetricsFile()),
    appendScore: (score) => appendTo(scoresPath, `${JSON.stringify(score)}\n`),
    readScores: async () => parseScores(await readFile(scoresPath, 'utf8').catch(() => '')),
    truncateScores: async (step) => {
      const scores = parseScores(await readFile(scoresPath, 'utf8').catch(() => ''));
      const kept = scores.filter((row) => row.by !== 'train' || row.step <= step);
      if (kept.length === scores.length) return;
      await writeWhole(scoresPath, kept.map((row) => `${JSON.stringify(row)}\n`).join(''));
    },
    truncateMetrics: async (step) => {
      const kept = parseMetrics(await readMetricsFile(), step);
      await writeWhole(metricsPath, kept.map((row) => `${JSON.stringify(row)}\n`).join(''));
    },
  };
}

/** What only a run leaves in a folder. Any of it is enough: a folder that lost its `config.json` is not an empty one. */
const signsOfRun = ['config.json', 'checkpoints', 'snapshots', 'metrics.jsonl'];

/** Whether a folder holds a run or what is left of one, so that a new one does not mix with it. */
export async function holdsRun(path: string): Promise<boolean> {
  const names = await readdir(path).catch(() => []);
  return names.some((name) => signsOfRun.includes(name));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
