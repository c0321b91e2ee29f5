import { describe, expect, it } from 'vitest';
import { manifestSchema } from '../../../../model/bundle/manifest.ts';
import { encodePng } from '../../../../model/png.ts';
import { drawCurves } from '../../../../model/training/run/curves.ts';
import { parseMetrics } from '../../../../model/training/run/metrics.ts';
import { renderReport } from '../../../../model/training/run/report.ts';
import { spread, timeLapse } from '../../../../model/training/run/time-lapse.ts';

const row = (step: number, generator: number | null = 1) => ({
  step,
  epoch: step / 2,
  discriminatorReal: 0.5,
  discriminatorFake: 0.25,
  generator,
  imagesPerSecond: 8,
});
const line = (step: number) => `${JSON.stringify(row(step))}\n`;

describe('the lines of metrics.jsonl', () => {
  it('are read up to a step, and a line that was cut off or damaged costs itself alone', () => {
    expect(parseMetrics(line(1) + line(2) + line(3), 2)).toEqual([row(1), row(2)]);
    expect(parseMetrics(`${line(1)}{"step": 2, "epo`)).toEqual([row(1)]);
    expect(parseMetrics(`${line(1)}\u0000garbage\n${line(3)}`)).toEqual([row(1), row(3)]);
    expect(parseMetrics('')).toEqual([]);
  });
});

describe('the curves', () => {
  it('are an SVG with a line and a name for each of the three losses', () => {
    const svg = drawCurves([row(1), row(2), row(3)]);
    expect(svg).toMatch(/^<svg width="960" height="420" xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
    for (const name of ['discriminator on real', 'discriminator on fake', 'generator', 'step', 'loss'])
      expect(svg).toContain(`>${name}</text>`);
    for (const color of ['#2563eb', '#ea580c', '#16a34a'])
      expect(svg).toMatch(new RegExp(`<path d="M[\\d. ]+L[^"]+" fill="none"[^>]* stroke="${color}"`));
  });

  it('leave out what is no number, and are the same for the same rows', () => {
    const rows = [row(1, null), row(2, null), row(3, null)];
    expect(drawCurves(rows)).not.toMatch(/<path d="M[\d. ]+L[^"]+" fill="none"[^>]* stroke="#16a34a"/);
    expect(drawCurves(rows)).not.toContain('NaN');
    expect(drawCurves([row(1), row(2)])).toBe(drawCurves([row(1), row(2)]));
  });
});

/** A sheet of 8 by 8 cars of `size` pixels with gaps of two, all of one grey. */
function greySheet(size: number, grey: number) {
  const side = 8 * (size + 2) - 2;
  return encodePng({ pixels: new Uint8Array(side * side * 3).fill(grey), width: side, height: side });
}

describe('the time-lapse', () => {
  it('shows the first cars of each sheet, at most forty of them with both ends', () => {
    const apng = Buffer.from(timeLapse(Array.from({ length: 100 }, (_, step) => greySheet(4, step))));
    expect(apng.readUInt32BE(16)).toBe(4 * (4 + 2) - 2);
    expect(apng.readUInt32BE(apng.indexOf('acTL') + 4)).toBe(40);
    expect(spread([1, 2, 3, 4, 5, 6, 7], 3)).toEqual([1, 4, 7]);
    // Places 0, 1.67, 3.33 and 5: the nearest ones.
    expect(spread([0, 1, 2, 3, 4, 5], 4)).toEqual([0, 2, 3, 5]);
    expect(spread([1, 2], 3)).toEqual([1, 2]);
  });
});

describe('the report', () => {
  const manifest = manifestSchema.parse({
    format: 1,
    version: 'run-1',
    architecture: {},
    files: {},
    data: { name: 'cars <b>&</b> "vans"', images: 8, sha256: 'a'.repeat(64) },
    recipe: { steps: 4, batchSize: 4, augment: { brightness: 0.5 } },
    scores: { kid: 0.0123 },
    code: { name: 'freshcar', version: '0.1.0' },
  });
  const sheets = [
    { step: 0, png: greySheet(4, 0) },
    { step: 4, png: greySheet(4, 99) },
  ];
  const html = renderReport({ run: 'runs/one', manifest, rows: [row(2), row(4)], sheets });

  it('has curves, sheets, the time-lapse, configuration and scores', () => {
    expect(html).toContain('<svg width="960"');
    expect(html.match(/<img /g)).toHaveLength(3);
    expect(html).toContain('<figcaption>step 4</figcaption>');
    expect(html).toContain('<th scope="row">augment.brightness</th><td>0.5</td>');
    expect(html).toContain('<th scope="row">kid</th><td>0.0123</td>');
    // 4 steps of 4 pictures at 8 pictures a second.
    expect(html).toContain('<th scope="row">Time in training</th><td>2s</td>');
  });

  it('shows real pictures beside drawn ones, scores with the best of them, warnings, and the next command', () => {
    const score = (step: number, kid: number) =>
      ({
        step,
        kid,
        kidSpread: 0.001,
        fid: 1,
        precision: 0.5,
        recall: 0.25,
        cars: 16,
        features: 'f',
        data: 'd',
        by: 'train',
      }) as const;
    const content = {
      ...{ run: 'runs/my first', manifest, sheets, live: true, real: greySheet(4, 200), snapshots: [2, 4] },
      rows: [row(2), { ...row(4), warnings: ['it is <late>'] }],
      scores: [score(2, 0.02), score(4, 0.03)],
    };
    const live = renderReport(content);
    expect(live).toMatch(/<figcaption>real pictures<[\s\S]*<figcaption>cars after step 4</);
    expect(live).toContain('<th scope="row">step 2, the best</th><td>KID 0.0200');
    expect(live).toContain('<li>it is &lt;late&gt;</li>');
    expect(live).toContain("npx freshcar export 'runs/my first' --best --out my-cars");
    expect(live).toContain('<meta http-equiv="refresh"');
    expect(renderReport({ ...content, live: false })).not.toContain('http-equiv');
    expect(live).toContain('<svg width="960" height="840"');
  });

  it('needs nothing but itself, and takes names for text', () => {
    expect(html.match(/(?:src|href)="(?!data:image\/png;base64,)/g)).toBeNull();
    expect(html).not.toMatch(/<script|@import|url\((?!#)/);
    expect(html).toContain('8 of cars &lt;b&gt;&amp;&lt;/b&gt; &quot;vans&quot;');
  });

  it('says what is missing in a run that has hardly begun', () => {
    const bare = renderReport({ run: 'runs/one', manifest: { ...manifest, scores: {} }, rows: [], sheets: [] });
    for (const sentence of [
      'Nothing was reported yet.',
      'No sheet was drawn yet.',
      'Not measured yet: train with --held-out',
    ])
      expect(bare).toContain(sentence);
  });
});
