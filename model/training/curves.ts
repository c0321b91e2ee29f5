import { LineChart } from 'echarts/charts';
import { GridComponent, LegendComponent } from 'echarts/components';
import { init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import type { MetricsRow } from './metrics.ts';

/** The three curves of a run, as the seed plots them: what the discriminator loses on real and on fake, and the generator. */

use([LineChart, GridComponent, LegendComponent, SVGRenderer]);

const curves = [
  { name: 'discriminator on real', key: 'discriminatorReal', color: '#2563eb' },
  { name: 'discriminator on fake', key: 'discriminatorFake', color: '#ea580c' },
  { name: 'generator', key: 'generator', color: '#16a34a' },
] as const;

const [width, height] = [960, 420];

/** Draws the curves over the steps as an SVG of 960x420. The same rows give the same text. */
export function drawCurves(rows: readonly MetricsRow[]): string {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width, height });
  chart.setOption({
    animation: false,
    backgroundColor: '#ffffff',
    // Widths of text are only guessed where nothing is displayed: a wide gap keeps names and marks apart.
    legend: { top: 8, icon: 'roundRect', itemGap: 56 },
    grid: { left: 64, right: 32, top: 48, bottom: 48 },
    xAxis: {
      type: 'value',
      name: 'step',
      nameLocation: 'middle',
      nameGap: 28,
      min: 0,
      max: rows.at(-1)?.step ?? 1,
      axisLabel: { showMaxLabel: false },
    },
    yAxis: { type: 'value', name: 'loss', min: 0 },
    series: curves.map(({ name, key, color }) => ({
      type: 'line',
      name,
      color,
      showSymbol: rows.length === 1,
      lineStyle: { width: 1.5 },
      // More points than pixels only make the file larger.
      sampling: 'lttb',
      data: rows.map((row) => [row.step, row[key] ?? null]),
    })),
  });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return withoutCounters(svg);
}

/** The library numbers charts and styles through the life of a process; a still picture needs no styles for a pointer. */
function withoutCounters(svg: string): string {
  return svg
    .replace(/<style.*<\/style>\s*/s, '')
    .replace(/ class="[^"]*"/g, '')
    .replace(/zr\d+-/g, 'curves-');
}
