import { readSettings, type Settings } from '../context.ts';
import {
  assumed,
  bulk,
  type Costs,
  copiesAtOnce,
  measured,
  monthOfServing,
  perSecond,
  total,
  training,
} from './costs.ts';
import { unbounded, worstMonth } from './worst-case.ts';

const dollars = (value: number) => (value < 0.005 ? '0.00' : value.toFixed(value < 100 ? 2 : 0));
/** Three figures, without exponents. */
const figure = (value: number) => Number(value.toPrecision(3)).toLocaleString('en-US', { maximumSignificantDigits: 3 });
const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [row(head), row(head.map((_, at) => (at === 0 ? '---' : '---:'))), ...rows.map(row)].join('\n');
}

/** Columns of costs side by side, with their sums. */
function sideBySide(columns: readonly Costs[]): string[][] {
  const names = Object.keys(columns[0] ?? {});
  const rows = names.map((name) => [name, ...columns.map((costs) => dollars(costs[name] ?? 0))]);
  return [...rows, ['**sum**', ...columns.map((costs) => `**${dollars(total(costs))}**`)]];
}

const months = [1e3, 1e6, 1e9];
const names = ['1 thousand', '1 million', '1 billion'];
const peak = 10;
const sizes = [32, 64, 128] as const;

/** The tables of costs and scale, as Markdown. @param chosen What the context says; what it has anyway, where nothing else is. */
export function tables(chosen: Settings = readSettings({})): string {
  const cached = months.map((cars) => monthOfServing(cars, { cached: 0.8 }));
  const runs = [training(800, 500), training(800, 500, { speedup: assumed.amxSpeedup })];
  const averages = months.map(
    (cars, at) => [`${names[at]} a month, at ${peak} times its average`, peak * perSecond(cars)] as const,
  );
  const bounds = [
    ['what the stack lets through as it comes (`throttleRate`)', chosen.throttleRate],
    ['what an HTTP API lets through in a new account', 10_000],
    ['1,000 copies, what a new account may have', 1000 / measured.warmSeconds],
  ] as const;
  const scale = [...averages, ...bounds].map(([what, rate]) => [what, figure(rate), figure(copiesAtOnce(rate))]);
  return [
    'US dollars a month for cars that are each asked for by themselves:',
    table(
      ['', ...names],
      [
        ...sideBySide(months.map((cars) => monthOfServing(cars))),
        ['sum behind CloudFront, 4 of 5 cars cached', ...cached.map((costs) => dollars(total(costs)))],
      ],
    ),
    'US dollars a month at worst, for all that strangers may ask for, all month:',
    table(['', 'US dollars'], [...sideBySide([worstMonth(chosen)]), ...sideBySide([unbounded(chosen)]).slice(0, -1)]),
    'US dollars for cars in bulk:',
    table(['', ...names], sideBySide(months.map((cars) => bulk(cars, { shardSize: cars > 1e8 ? 20_000 : 10_000 })))),
    `US dollars for one training: 800 images, 500 epochs, at ${measured.trainedPerSecond} images a second in float32:`,
    table(
      ['', 'in float32', 'in bfloat16 with AMX, an estimate'],
      [
        ['hours, on two cores', ...runs.map(({ hours }) => hours.toFixed(1))],
        ...sideBySide(runs.map(({ costs }) => costs)).slice(0, -1),
      ],
    ),
    'US dollars a month for a million cars of larger sizes (of 128 pixels an estimate):',
    table(
      ['', ...sizes.map((size) => `${size} pixels`)],
      sideBySide(sizes.map((size) => monthOfServing(1e6, { imageSize: size }))),
    ),
    'Copies of the function that work at once:',
    table(['', 'cars a second', 'copies'], scale),
  ].join('\n\n');
}
