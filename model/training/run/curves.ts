import { drawLineChart } from '../../line-chart.ts';
import type { MetricsRow } from './metrics.ts';
import { comparableScores, type ScoreRow } from './scores.ts';

/** The three curves of a run, as the seed plots them: what the discriminator loses on real and on fake, and the generator. */
const curves = [
  { name: 'discriminator on real', key: 'discriminatorReal', color: '#2563eb', faint: '#bfdbfe' },
  { name: 'discriminator on fake', key: 'discriminatorFake', color: '#ea580c', faint: '#fed7aa' },
  { name: 'generator', key: 'generator', color: '#16a34a', faint: '#bbf7d0' },
] as const;

/** Pixels of one chart. */
const [width, height] = [960, 420];

/**
 * Draws the losses over the steps as an SVG of 960x420, and below them, where generators were measured, their KID. Many points
 * are drawn faintly, and over them a mean that follows slowly. The same rows give the same text.
 */
export function drawCurves(rows: readonly MetricsRow[], scores: readonly ScoreRow[] = []): string {
  const losses = drawLosses(rows);
  const measured = comparableScores(scores);
  if (measured.length === 0) return losses;
  const kid = drawLineChart({
    xName: 'step',
    yName: 'KID',
    id: 'scores',
    lines: [{ name: 'KID: 0 is best', color: '#7c3aed', points: measured.map((row) => [row.step, row.kid]) }],
  });
  return (
    `<svg width="${width}" height="${2 * height}" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${2 * height}">` +
    `${losses}<g transform="translate(0 ${height})">${kid}</g></svg>`
  );
}

/** Fewer points than this are drawn as they are. */
const fewestToSmooth = 50;

function drawLosses(rows: readonly MetricsRow[]): string {
  const smooth = rows.length >= fewestToSmooth;
  const points = (key: (typeof curves)[number]['key']) =>
    rows.map((row): readonly [number, number | null] => [row.step, row[key]]);
  return drawLineChart({
    xName: 'step',
    yName: 'loss',
    id: 'curves',
    lines: [
      ...(smooth ? curves.map(({ key, faint }) => ({ name: '', color: faint, points: points(key) })) : []),
      ...curves.map(({ name, key, color }) => ({
        name,
        color,
        points: smooth ? smoothed(points(key), rows.length / 40) : points(key),
      })),
    ],
  });
}

type Points = readonly (readonly [number, number | null])[];

/** A mean that forgets within about `span` points, and makes up for having none at first. */
function smoothed(points: Points, span: number): Points {
  const decay = 1 - 1 / span;
  let [sum, weight] = [0, 0];
  return points.map(([step, value]) => {
    if (value === null) return [step, null];
    [sum, weight] = [sum * decay + value, weight * decay + 1];
    return [step, sum / weight];
  });
}
