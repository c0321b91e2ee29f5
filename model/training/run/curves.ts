import { drawLineChart } from '../../line-chart.ts';
import type { MetricsRow } from './metrics.ts';

/** The three curves of a run, as the seed plots them: what the discriminator loses on real and on fake, and the generator. */
const curves = [
  { name: 'discriminator on real', key: 'discriminatorReal', color: '#2563eb' },
  { name: 'discriminator on fake', key: 'discriminatorFake', color: '#ea580c' },
  { name: 'generator', key: 'generator', color: '#16a34a' },
] as const;

/** Draws the curves over the steps as an SVG of 960x420. The same rows give the same text. */
export function drawCurves(rows: readonly MetricsRow[]): string {
  return drawLineChart({
    xName: 'step',
    yName: 'loss',
    id: 'curves',
    lines: curves.map(({ name, key, color }) => ({ name, color, points: rows.map((row) => [row.step, row[key]]) })),
  });
}
