import { describe, expect, it } from 'vitest';
import {
  bestOf,
  type ComparedRun,
  comparisonChart,
  comparisonTable,
  comparisonText,
  ranked,
} from '../../../model/evaluation/comparison.ts';

const scores = (kid: number) => ({ kid, kidSpread: 0.001, fid: 10 * kid, precision: 0.5, recall: 0.25 });
const run = (name: string, kids: readonly number[]): ComparedRun => ({
  name,
  imageSize: 32,
  parameters: 1000,
  differences: ['loss hinge'],
  snapshots: kids.map((kid, at) => ({
    step: 100 * (at + 1),
    scores: scores(kid),
    copyingMedianRatio: 0.98,
    copyingSmallestRatio: 0.4,
  })),
});

const slow = run('slow', [0.9, 0.5, 0.4]);
const collapsed = run('collapsed', [0.8, 0.3, 0.7]);

describe('a comparison', () => {
  it('judges a run by its best snapshot, which need not be its last', () => {
    expect(bestOf(collapsed).step).toBe(200);
    expect(ranked([slow, collapsed]).map(({ name }) => name)).toEqual(['collapsed', 'slow']);
  });

  it('tells the runs best first in a table, and what real pictures score', () => {
    expect(comparisonTable([slow, collapsed], scores(0)).split('\n').slice(2)).toEqual([
      '| collapsed | loss hinge | 200 of 300 | 0.300 ± 0.001 | 3.00 | 0.50 | 0.25 | 0.98 | 0.40 |',
      '| slow | loss hinge | 300 of 300 | 0.400 ± 0.001 | 4.00 | 0.50 | 0.25 | 0.98 | 0.40 |',
      '| real pictures |  |  | 0.000 ± 0.001 | 0.00 | 0.50 | 0.25 |  |  |',
    ]);
  });

  it('puts the same into columns for a terminal of 80, and says below what the runs differ in', () => {
    const text = comparisonText([slow, collapsed], scores(0));
    expect(text).toBe(
      [
        '                best step            KID   FID  precision  recall      copies',
        'collapsed      200 of 300  0.300 ± 0.001  3.00       0.50    0.25  0.98, 0.40',
        'slow           300 of 300  0.400 ± 0.001  4.00       0.50    0.25  0.98, 0.40',
        'real pictures              0.000 ± 0.001  0.00       0.50    0.25',
        '',
        'collapsed differs in loss hinge.',
        'slow differs in loss hinge.',
      ].join('\n'),
    );
  });

  it('draws a line for each run, the same every time', () => {
    const svg = comparisonChart([slow, collapsed], 'kid');
    for (const name of ['slow', 'collapsed', 'KID']) expect(svg).toContain(name);
    expect(comparisonChart([slow, collapsed], 'kid')).toBe(svg);
  });
});
