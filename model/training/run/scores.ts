import { z } from 'zod';

/** One line of `scores.jsonl`: what one generator of a run scored, and against what. */
export const scoreRowSchema = z.object({
  step: z.int(),
  kid: z.number(),
  kidSpread: z.number(),
  fid: z.number(),
  precision: z.number(),
  recall: z.number(),
  /** What real pictures score. */
  kidFloor: z.number().optional(),
  copyingMedianRatio: z.number().optional(),
  copyingSmallestRatio: z.number().optional(),
  copyingSuspicious: z.int().optional(),
  cars: z.int(),
  /** SHA-256 of the features and of the real pictures: only scores of the same ones can be compared. */
  features: z.string(),
  data: z.string(),
  /** Which command measured it. */
  by: z.enum(['train', 'compare', 'evaluate']),
});

export type ScoreRow = z.output<typeof scoreRowSchema>;

/** The lines that can be read; one that was cut off or damaged costs itself alone. */
export function parseScores(text: string): ScoreRow[] {
  return text.split('\n').flatMap((line) => {
    try {
      return [scoreRowSchema.parse(JSON.parse(line))];
    } catch {
      return [];
    }
  });
}

/** The rows that can be compared with the newest one, one for each step, in the order of the steps. */
export function comparableScores(rows: readonly ScoreRow[]): ScoreRow[] {
  const newest = rows.at(-1);
  const byStep = new Map<number, ScoreRow>();
  for (const row of rows)
    if (row.features === newest?.features && row.data === newest.data && row.cars === newest.cars)
      byStep.set(row.step, row);
  return [...byStep.values()].sort((a, b) => a.step - b.step);
}

/** The row with the lowest KID among those of `steps`; undefined where nothing was measured. */
export function bestScore(rows: readonly ScoreRow[], steps?: readonly number[]): ScoreRow | undefined {
  const kept = comparableScores(rows).filter(({ step }) => steps === undefined || steps.includes(step));
  return kept.reduce<ScoreRow | undefined>(
    (best, row) => (best === undefined || row.kid < best.kid ? row : best),
    undefined,
  );
}
