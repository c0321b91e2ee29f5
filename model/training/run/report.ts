import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Manifest, manifestName } from '../../bundle/manifest.ts';
import { parseManifest } from '../../bundle/read.ts';
import { commandLine, quoted } from '../../command-line.ts';
import { duration } from '../../duration.ts';
import { writeWhole } from '../../files.ts';
import { drawCurves } from './curves.ts';
import { element, figure, grid, list, page, pictureUrl, table } from './html.ts';
import { type MetricsRow, secondsTrained } from './metrics.ts';
import { openRunFolder } from './run-folder.ts';
import { bestScore, comparableScores, type ScoreRow } from './scores.ts';
import { isWholePng, spread, timeLapse } from './time-lapse.ts';

/** Sheets that the report shows one by one, and snapshots whose scores it lists. */
const shownSheets = 8;
const shownScores = 20;
/** Seconds after which a report of a run that goes on is read again. */
const liveSeconds = 20;

interface Sheet {
  readonly step: number;
  readonly png: Uint8Array;
}

interface ReportOptions {
  /** Whether the run goes on: then the page reads itself again now and then. */
  readonly live?: boolean;
  /** Is told of what cannot be shown. */
  readonly warn?: (message: string) => void;
}

/**
 * Writes `report.html` into a run folder that has a bundle: one file that opens from disk, with real pictures beside drawn ones,
 * curves, the progress of the sheets, scores, warnings, configuration, and what to do next. Written again after an evaluation,
 * it has the new scores.
 */
export async function writeReport(run: string, { live = false, warn = () => undefined }: ReportOptions = {}) {
  const folder = openRunFolder(run);
  const bundle = join(run, 'bundle');
  const manifest = parseManifest(await readFile(join(bundle, manifestName)), bundle);
  const all = await folder.readSheets();
  const sheets = all.filter(({ png }) => isWholePng(png));
  if (sheets.length < all.length)
    warn(`${all.length - sheets.length} of the sheets in ${run} are damaged; the report leaves them out.`);
  const content = {
    ...{ run, manifest, sheets, live },
    rows: await folder.readMetrics(),
    scores: await folder.readScores(),
    real: await folder.readRealSheet(),
    snapshots: await folder.snapshotSteps(),
  };
  await writeWhole(join(run, 'report.html'), renderReport(content));
}

export interface ReportContent {
  readonly manifest: Manifest;
  readonly rows: readonly MetricsRow[];
  readonly sheets: readonly Sheet[];
  /** The run's folder as commands are to name it. */
  readonly run: string;
  readonly scores?: readonly ScoreRow[];
  /** A sheet of real pictures. */
  readonly real?: Uint8Array | undefined;
  /** Steps of which there is a generator to export. */
  readonly snapshots?: readonly number[];
  readonly live?: boolean;
}

export function renderReport(content: ReportContent): string {
  const { manifest, rows, sheets, scores = [], live = false } = content;
  const warnings = rows.flatMap((row) => row.warnings ?? []);
  const body = [
    table(summaryOf(content)),
    ...(warnings.length > 0 ? [element('h2', 'Warnings'), list(warnings)] : []),
    element('h2', 'Next'),
    ...nextOf(content),
    ...sideBySide(content),
    element('h2', 'Curves'),
    rows.length === 0 ? element('p', 'Nothing was reported yet.') : drawCurves(rows, scores),
    element('h2', 'Scores'),
    ...scoresOf(manifest, scores),
    element('h2', 'Progress'),
    ...progressOf(sheets),
    element('h2', 'Configuration'),
    table(flatten(manifest.recipe ?? {})),
  ];
  return page(`Model ${manifest.version}`, body, live ? { refreshSeconds: liveSeconds } : {});
}

function summaryOf({ manifest, rows, scores = [], live, snapshots }: ReportContent): [string, string][] {
  const { data, recipe = {}, code } = manifest;
  const last = rows.at(-1);
  const best = bestScore(scores, snapshots);
  return [
    ['State', live ? 'going on; this page follows by itself' : 'stopped or done'],
    ['Pictures', data === undefined ? 'unknown' : `${data.images} of ${data.name} (SHA-256 ${data.sha256})`],
    ['Steps', String(recipe.steps ?? 0)],
    ['Epochs', last === undefined ? '0' : last.epoch.toFixed(1)],
    ['Time in training', duration(secondsTrained(rows, Number(recipe.batchSize)))],
    ...(best ? [['Best so far', `step ${best.step}, KID ${best.kid.toFixed(4)}`] as [string, string]] : []),
    ['Made by', `${code.name} ${code.version}`],
  ];
}

function nextOf({ run, scores = [], live, snapshots }: ReportContent): string[] {
  const best = bestScore(scores, snapshots);
  const steps: [string, string][] = [[`npm start -- --model ${quoted(run)}`, 'look at the newest cars']];
  if (!live) steps.push([commandLine(['train', '--out', run, '--resume', '--hours', '2']), 'go on training']);
  if (best)
    steps.push([commandLine(['export', run, '--best', '--out', 'my-cars']), `make a model of step ${best.step}`]);
  else
    steps.push([commandLine(['compare', run, '--data', 'held-out.npy', '--out', 'comparison']), 'find the best step']);
  return [table(steps)];
}

function sideBySide({ real, sheets }: ReportContent): string[] {
  const newest = sheets.at(-1);
  if (real === undefined || newest === undefined) return [];
  const pictures = [figure('real pictures', real), figure(`cars after step ${newest.step}`, newest.png)];
  return [element('h2', 'Real and drawn'), grid(pictures)];
}

function progressOf(sheets: readonly Sheet[]): string[] {
  if (sheets.length === 0) return [element('p', 'No sheet was drawn yet.')];
  const lapse =
    sheets.length > 1
      ? [`<img alt="The first cars over time" src="${pictureUrl(timeLapse(sheets.map(({ png }) => png)))}">`]
      : [];
  return [...lapse, grid(spread(sheets, shownSheets).map(({ step, png }) => figure(`step ${step}`, png)))];
}

function scoresOf({ scores: saved }: Manifest, measured: readonly ScoreRow[]): string[] {
  const best = bestScore(measured);
  const rows = spread(comparableScores(measured), shownScores).map((row): [string, string] => [
    `step ${row.step}${row.step === best?.step ? ', the best' : ''}`,
    `KID ${row.kid.toFixed(4)} ± ${row.kidSpread.toFixed(4)}, FID ${row.fid.toFixed(2)}, precision ${row.precision.toFixed(2)}, recall ${row.recall.toFixed(2)}`,
  ]);
  const own = Object.entries(saved).map(([name, score]): [string, string] => [name, String(score)]);
  if (rows.length + own.length === 0)
    return [element('p', 'Not measured yet: train with --held-out, or run freshcar evaluate or compare.')];
  return [...(rows.length > 0 ? [table(rows)] : []), ...(own.length > 0 ? [table(own)] : [])];
}

/** Nested settings as `augment.brightness` and the like. */
function flatten(value: Readonly<Record<string, unknown>>, prefix = ''): [string, string][] {
  return Object.entries(value).flatMap(([key, inner]): [string, string][] =>
    typeof inner === 'object' && inner !== null
      ? flatten(inner as Record<string, unknown>, `${prefix}${key}.`)
      : [[`${prefix}${key}`, String(inner)]],
  );
}
