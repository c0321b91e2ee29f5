import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Manifest, manifestName } from '../../bundle/manifest.ts';
import { parseManifest } from '../../bundle/read.ts';
import { duration } from '../../duration.ts';
import { writeWhole } from '../../files.ts';
import { drawCurves } from './curves.ts';
import { element, page, pictureUrl, table } from './html.ts';
import type { MetricsRow } from './metrics.ts';
import { openRunFolder } from './run-folder.ts';
import { spread, timeLapse } from './time-lapse.ts';

/** Sheets that the report shows one by one. */
const shownSheets = 8;

interface Sheet {
  readonly step: number;
  readonly png: Uint8Array;
}

/**
 * Writes `report.html` into a run folder that has a bundle: one file that opens from disk, with curves, the progress of the
 * sheets, configuration and scores. Written again after an evaluation, it has the new scores.
 */
export async function writeReport(run: string): Promise<void> {
  const folder = openRunFolder(run);
  const bundle = join(run, 'bundle');
  const manifest = parseManifest(await readFile(join(bundle, manifestName)), bundle);
  const [rows, sheets] = [await folder.readMetrics(), await folder.readSheets()];
  await writeWhole(join(run, 'report.html'), renderReport({ manifest, rows, sheets }));
}

export interface ReportContent {
  readonly manifest: Manifest;
  readonly rows: readonly MetricsRow[];
  readonly sheets: readonly Sheet[];
}

export function renderReport({ manifest, rows, sheets }: ReportContent): string {
  return page(`Model ${manifest.version}`, [
    table(summaryOf(manifest, rows)),
    element('h2', 'Curves'),
    rows.length === 0 ? element('p', 'Nothing was reported yet.') : drawCurves(rows),
    element('h2', 'Progress'),
    ...progressOf(sheets),
    element('h2', 'Scores'),
    scoresOf(manifest),
    element('h2', 'Configuration'),
    table(flatten(manifest.recipe ?? {})),
  ]);
}

function summaryOf({ data, recipe = {}, code }: Manifest, rows: readonly MetricsRow[]): [string, string][] {
  const last = rows.at(-1);
  const seconds = rows.reduce((sum, row, at) => {
    const steps = row.step - (rows[at - 1]?.step ?? 0);
    return row.imagesPerSecond ? sum + (steps * Number(recipe.batchSize)) / row.imagesPerSecond : sum;
  }, 0);
  return [
    ['Pictures', data === undefined ? 'unknown' : `${data.images} of ${data.name} (SHA-256 ${data.sha256})`],
    ['Steps', String(recipe.steps ?? 0)],
    ['Epochs', last === undefined ? '0' : last.epoch.toFixed(1)],
    ['Time in training', duration(seconds)],
    ['Made by', `${code.name} ${code.version}`],
  ];
}

function progressOf(sheets: readonly Sheet[]): string[] {
  if (sheets.length === 0) return [element('p', 'No sheet was drawn yet.')];
  const lapse =
    sheets.length > 1
      ? [`<img alt="The first cars over time" src="${pictureUrl(timeLapse(sheets.map(({ png }) => png)))}">`]
      : [];
  const figures = spread(sheets, shownSheets).map(
    ({ step, png }) =>
      `<figure><img alt="Cars after step ${step}" src="${pictureUrl(png)}"><figcaption>step ${step}</figcaption></figure>`,
  );
  return [...lapse, `<div class="sheets">${figures.join('\n')}</div>`];
}

function scoresOf({ scores }: Manifest): string {
  const rows = Object.entries(scores).map(([name, score]): [string, string] => [name, String(score)]);
  return rows.length === 0 ? element('p', 'Not measured yet.') : table(rows);
}

/** Nested settings as `augment.brightness` and the like. */
function flatten(value: Readonly<Record<string, unknown>>, prefix = ''): [string, string][] {
  return Object.entries(value).flatMap(([key, inner]): [string, string][] =>
    typeof inner === 'object' && inner !== null
      ? flatten(inner as Record<string, unknown>, `${prefix}${key}.`)
      : [[`${prefix}${key}`, String(inner)]],
  );
}
