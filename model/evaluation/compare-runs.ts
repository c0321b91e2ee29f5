import { stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { manifestName } from '../bundle/manifest.ts';
import { commandLine } from '../command-line.ts';
import { readDataset } from '../dataset/read-dataset.ts';
import { drawSeeds, seedsFrom } from '../draw.ts';
import { duration } from '../duration.ts';
import { FreshcarError } from '../errors.ts';
import { makeFolder, reasonOf, writeWhole } from '../files.ts';
import { picturesOf, sheet } from '../image.ts';
import { encodePng } from '../png.ts';
import { type StatusLine, statusLine } from '../status-line.ts';
import { shippedFeatures } from '../store/shipped.ts';
import type { Terminal } from '../terminal.ts';
import { writeReport } from '../training/run/report.ts';
import { openRunFolder, type RunFolder } from '../training/run/run-folder.ts';
import type { Snapshot } from '../training/run/snapshot.ts';
import { differingSettings } from '../training/settings.ts';
import {
  bestOf,
  type ComparedRun,
  type ComparedSnapshot,
  comparedSnapshot,
  comparisonChart,
  comparisonTable,
  comparisonText,
  ranked,
} from './comparison.ts';
import { doubts } from './doubts.ts';
import type { Measures } from './evaluate.ts';
import { openExtractor } from './extractor.ts';
import { createMeasuring, type Measuring } from './measuring.ts';
import { protocol } from './protocol.ts';
import { scoreRow, withEngine } from './score-snapshots.ts';

export interface CompareFlags {
  readonly data: string;
  readonly train?: string;
  readonly out: string;
  readonly features?: string;
  readonly count: number;
}

/** Cars that stand for each run in the picture. */
const shownCars = 16;

/** Measures every snapshot of every run, and leaves table, curves and pictures. */
export async function runComparison(paths: readonly string[], flags: CompareFlags, terminal: Terminal): Promise<void> {
  const folders = paths.map(openRunFolder);
  const steps = await Promise.all(folders.map(stepsOf));
  // What would end the measuring is to end it before it has taken its time.
  await prepareFolder(flags.out);
  for (const [at, folder] of folders.entries()) for (const step of steps[at] ?? []) await folder.readSnapshot(step);
  const data = await readDataset(flags.data);
  const training = flags.train === undefined ? undefined : await readDataset(flags.train);
  const extractor = await openExtractor(flags.features ?? shippedFeatures());
  const status = statusLine(terminal);
  const measuring = await createMeasuring(extractor, data, training, status.show);
  const names = namesOf(paths);
  const warn = (name: string, seen: string) => {
    for (const doubt of doubts(seen, data, training)) status.warn(`${name}: ${doubt}`);
  };
  const tell = teller(terminal, status, steps.flat().length);
  const against = { features: extractor.sha256, data: data.sha256 };
  const work = { measuring, count: flags.count, against, warn, tell };
  const runs: ComparedRun[] = [];
  let floor: Measures | undefined;
  for (const [at, folder] of folders.entries()) {
    const measured = await compareRun(folder, names[at] ?? folder.path, steps[at] ?? [], work);
    floor = measured.floor;
    runs.push(measured.run);
  }
  status.clear();
  if (floor === undefined) return;
  const order = ranked(runs);
  const side = Math.max(64, ...runs.map(({ imageSize }) => imageSize));
  const cars = await Promise.all(
    order.map((run) => drawRow(folders[runs.indexOf(run)] as RunFolder, bestOf(run), side)),
  );
  const about = `${flags.count} cars (seeds from ${protocol.firstSeed}) against ${data.count} pictures; features ${extractor.name}, SHA-256 ${extractor.sha256}.`;
  const out = (name: string, content: string | Uint8Array) => writeWhole(join(flags.out, name), content);
  await out('comparison.json', `${JSON.stringify({ about, floor, runs: order }, undefined, 2)}\n`);
  await out('comparison.md', `${comparisonTable(runs, floor)}\n\n${about}\n`);
  for (const measure of ['kid', 'recall'] as const) await out(`${measure}.svg`, comparisonChart(runs, measure));
  await out('cars.png', encodePng(sheet(Buffer.concat(cars.flat()), side, { columns: shownCars, gap: 2 })));
  for (const folder of folders) if (await hasBundle(folder)) await writeReport(folder.path, { warn: status.warn });
  const best = order[0] as ComparedRun;
  const next = ['export', folders[runs.indexOf(best)]?.path ?? '', '--step', String(bestOf(best).step)];
  terminal.out.write(
    `${comparisonText(runs, floor)}\n\n${about}\nCurves and cars are in ${flags.out}.\n` +
      `Make a model of the best: ${commandLine(next)} --out MODEL\n`,
  );
  await extractor.dispose();
}

async function prepareFolder(path: string): Promise<void> {
  await makeFolder(path).catch((cause) => {
    throw new FreshcarError('unavailable', `Could not make the folder ${path}: ${reasonOf(cause)}.`, { cause });
  });
}

async function stepsOf(folder: RunFolder): Promise<number[]> {
  const steps = await folder.snapshotSteps();
  if (steps.length > 0) return steps;
  throw new FreshcarError('not-found', `${folder.path} keeps no snapshots to compare; train with --snapshot-every.`);
}

interface Work {
  readonly measuring: Measuring;
  readonly count: number;
  /** What is measured with and against, by SHA-256. */
  readonly against: { readonly features: string; readonly data: string };
  /** Says which snapshot is next, and returns what says what is done with it. */
  readonly tell: (name: string, step: number) => (what: string) => void;
  readonly warn: (name: string, seen: string) => void;
}

async function compareRun(
  folder: RunFolder,
  name: string,
  steps: readonly number[],
  { measuring, count, against, tell, warn }: Work,
): Promise<{ run: ComparedRun; floor: Measures | undefined }> {
  const snapshots: ComparedSnapshot[] = [];
  let floor: Measures | undefined;
  let about = { imageSize: 0, parameters: 0, differences: [] as string[] };
  for (const step of steps) {
    const show = tell(name, step);
    const snapshot = await folder.readSnapshot(step);
    const { evaluation } = await withEngine(snapshot, (engine) =>
      measuring.measure(engine, { count, seed: protocol.firstSeed, truncation: 1 }, show),
    );
    floor = evaluation.floor;
    about = describe(snapshot);
    if (step === steps[0]) warn(name, snapshot.data.sha256);
    snapshots.push(comparedSnapshot(step, evaluation));
    await folder.appendScore(scoreRow(step, evaluation, { ...against, cars: count, by: 'compare' }));
  }
  return { run: { name, ...about, snapshots }, floor };
}

function describe({ config, weights }: Snapshot) {
  return {
    imageSize: config.architecture.imageSize,
    parameters: [...weights.values()].reduce((sum, { length }) => sum + length, 0),
    differences: differingSettings(config),
  };
}

/** The first cars of a run's best generator, each `side` pixels wide. */
async function drawRow(folder: RunFolder, { step }: ComparedSnapshot, side: number): Promise<Uint8Array[]> {
  const snapshot = await folder.readSnapshot(step);
  const { imageSize } = snapshot.config.architecture;
  const cars = await withEngine(snapshot, (engine) => drawSeeds(engine, seedsFrom(protocol.firstSeed, shownCars)));
  return picturesOf(cars, imageSize, side / imageSize).map(({ pixels }) => pixels);
}

/** A run's report is about its bundle; snapshots that were copied alone have none. */
function hasBundle({ bundle }: RunFolder): Promise<boolean> {
  return stat(join(bundle, manifestName)).then(
    () => true,
    () => false,
  );
}

/** The folders' own names, or, where two have the same, their paths as they were given. */
function namesOf(paths: readonly string[]): string[] {
  const names = paths.map((path) => basename(resolve(path)));
  return paths.map((path, at) => {
    const name = names[at] ?? path;
    return names.filter((other) => other === name).length > 1 ? path : name;
  });
}

/** A line for each snapshot, or on a terminal one that is written over. */
function teller({ err, now }: Terminal, status: StatusLine, total: number): Work['tell'] {
  const start = now();
  let done = 0;
  return (name, step) => {
    const left = done === 0 ? '' : `, ${duration(((now() - start) / 1000 / done) * (total - done))} left`;
    done += 1;
    const line = `${done} of ${total}: ${name}, step ${step}${left}`;
    if (!err.isTTY) status.note(line);
    return (what) => {
      if (err.isTTY) status.show(`${line}; ${what}`);
    };
  };
}
