import { LineChart } from 'echarts/charts';
import { GridComponent, LegendComponent } from 'echarts/components';
import { init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';

use([LineChart, GridComponent, LegendComponent, SVGRenderer]);

export interface Line {
  /** Empty keeps it out of the legend. */
  readonly name: string;
  readonly color: string;
  /** x ascending; a y of null leaves a gap. */
  readonly points: readonly (readonly [number, number | null])[];
}

export interface LineChartOptions {
  readonly xName: string;
  readonly yName: string;
  readonly lines: readonly Line[];
  /** Begins the ids inside the SVG, so that several charts can stand in one page. */
  readonly id: string;
}

/** Pixels. */
const [width, plotHeight, legendRow] = [960, 372, 24];
/** Names that fit into one row of the legend. */
const namesInRow = 4;

/** Lines over a common axis as an SVG 960 pixels wide. The same points give the same text. */
export function drawLineChart({ xName, yName, lines, id }: LineChartOptions): string {
  const named = lines.filter(({ name }) => name !== '');
  const legend = Math.ceil(named.length / namesInRow) * legendRow;
  const chart = init(null, null, { renderer: 'svg', ssr: true, width, height: plotHeight + 24 + legend });
  chart.setOption({
    animation: false,
    backgroundColor: '#ffffff',
    // Widths of text are only guessed where nothing is displayed: a wide gap keeps names and marks apart.
    legend: { top: 8, icon: 'roundRect', itemGap: 56, data: named.map(({ name }) => name) },
    grid: { left: 64, right: 32, top: 24 + legend, bottom: 48 },
    xAxis: {
      type: 'value',
      name: xName,
      nameLocation: 'middle',
      nameGap: 28,
      min: 0,
      max: Math.max(...lines.map(({ points }) => points.at(-1)?.[0] ?? 1)),
      axisLabel: { showMaxLabel: false },
    },
    yAxis: { type: 'value', name: yName, min: 0 },
    series: lines.map(({ name, color, points }) => ({
      type: 'line',
      name,
      color,
      showSymbol: points.length === 1,
      lineStyle: { width: 1.5 },
      // More points than pixels only make the file larger.
      sampling: 'lttb',
      data: points,
    })),
  });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return withoutCounters(svg, id);
}

/** The library numbers charts and styles through the life of a process; a still picture needs no styles for a pointer. */
function withoutCounters(svg: string, id: string): string {
  return svg
    .replace(/<style.*<\/style>\s*/s, '')
    .replace(/ class="[^"]*"/g, '')
    .replace(/zr\d+-/g, `${id}-`);
}
