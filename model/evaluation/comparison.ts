import { drawLineChart } from '../line-chart.ts';
import type { Evaluation, Measures } from './evaluate.ts';

/** One run's generators, measured one after the other. */
export interface ComparedRun {
  readonly name: string;
  readonly imageSize: number;
  /** Of the generator. */
  readonly parameters: number;
  /** What was set otherwise than in the run that all are compared with, as `name value`. */
  readonly differences: readonly string[];
  /** Ascending; at least one. */
  readonly snapshots: readonly ComparedSnapshot[];
}

export interface ComparedSnapshot {
  readonly step: number;
  readonly scores: Measures;
  /** How near the cars are to training pictures, where those were given; see `Copying`. */
  readonly copyingMedianRatio?: number | undefined;
  readonly copyingSmallestRatio?: number | undefined;
}

export function comparedSnapshot(step: number, { scores, copying }: Evaluation): ComparedSnapshot {
  return { step, scores, copyingMedianRatio: copying?.medianRatio, copyingSmallestRatio: copying?.smallestRatio };
}

/** The snapshot with the lowest KID, which is what a run is judged by: the last one need not be the best. */
export function bestOf({ snapshots }: ComparedRun): ComparedSnapshot {
  return snapshots.reduce((best, next) => (next.scores.kid < best.scores.kid ? next : best));
}

/** The runs, best first. */
export function ranked(runs: readonly ComparedRun[]): ComparedRun[] {
  return [...runs].sort((a, b) => bestOf(a).scores.kid - bestOf(b).scores.kid);
}

const figures = ({ kid, kidSpread, fid, precision, recall }: Measures): string[] => [
  `${kid.toFixed(3)} ± ${kidSpread.toFixed(3)}`,
  fid.toFixed(2),
  precision.toFixed(2),
  recall.toFixed(2),
];

/** Each run's figures at its best snapshot, best first: the step, KID and so on, and how near its cars are to copies. */
function figuresOf(run: ComparedRun): string[] {
  const best = bestOf(run);
  const last = run.snapshots.at(-1) ?? best;
  const ratio = (value: number | undefined) => value?.toFixed(2) ?? '';
  return [
    `${best.step} of ${last.step}`,
    ...figures(best.scores),
    ratio(best.copyingMedianRatio),
    ratio(best.copyingSmallestRatio),
  ];
}

const measureHeads = ['best step', 'KID', 'FID', 'precision', 'recall'];

/** A table in Markdown: each run at its best snapshot, and what real pictures score. */
export function comparisonTable(runs: readonly ComparedRun[], floor: Measures): string {
  const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const heads = ['run', 'differs in', ...measureHeads, 'median ratio', 'smallest'];
  return [
    row(heads),
    row(heads.map(() => '---')),
    ...ranked(runs).map((run) => row([run.name, run.differences.join(', '), ...figuresOf(run)])),
    row(['real pictures', '', '', ...figures(floor), '', '']),
  ].join('\n');
}

/** The same for a terminal, in columns; what the runs differ in stands below. */
export function comparisonText(runs: readonly ComparedRun[], floor: Measures): string {
  const order = ranked(runs);
  const table = [
    ['', ...measureHeads, 'copies'],
    ...order.map((run) => {
      const [medianRatio, smallest] = figuresOf(run).slice(-2);
      return [run.name, ...figuresOf(run).slice(0, -2), medianRatio === '' ? '' : `${medianRatio}, ${smallest}`];
    }),
    ['real pictures', '', ...figures(floor), ''],
  ];
  const widths = table.reduce<number[]>((most, row) => row.map((cell, at) => Math.max(cell.length, most[at] ?? 0)), []);
  const lines = table.map((row) =>
    row
      .map((cell, at) => (at === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[at] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
  const differing = order.filter(({ differences }) => differences.length > 0);
  const differences = differing.map(({ name, differences }) => `${name} differs in ${differences.join(', ')}.`);
  return [...lines, ...(differences.length > 0 ? ['', ...differences] : [])].join('\n');
}

/** One of the measures over the steps of all runs, as an SVG. */
export function comparisonChart(runs: readonly ComparedRun[], measure: 'kid' | 'recall'): string {
  return drawLineChart({
    xName: 'step',
    yName: measure === 'kid' ? 'KID' : measure,
    id: measure,
    lines: ranked(runs).map(({ name, snapshots }, at) => ({
      name,
      color: `hsl(${Math.round((360 * at) / runs.length)}, 70%, 45%)`,
      points: snapshots.map(({ step, scores }) => [step, scores[measure]]),
    })),
  });
}
