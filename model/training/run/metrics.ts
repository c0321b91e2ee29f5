import { z } from 'zod';

/** One line of `metrics.jsonl`: means since the line before. JSON has no NaN: a loss that is none is null. */
export const metricsRowSchema = z.object({
  step: z.int(),
  epoch: z.number(),
  discriminatorReal: z.number().nullable(),
  discriminatorFake: z.number().nullable(),
  /** Null while the discriminator is trained alone. */
  generator: z.number().nullable(),
  imagesPerSecond: z.number().nullable(),
  /** Memory that the process holds, and tensors that TensorFlow.js knows of: both stay as they are in a healthy run. */
  residentMegabytes: z.number().optional(),
  tensors: z.int().optional(),
  /** How long the run has trained until then, all sittings together. */
  seconds: z.number().optional(),
  /** What the run warned of since the line before. */
  warnings: z.array(z.string()).optional(),
});

export type MetricsRow = z.output<typeof metricsRowSchema>;

/** The lines up to `step`. A line that a killed process cut off, or that something else damaged, costs itself alone. */
export function parseMetrics(text: string, step = Number.POSITIVE_INFINITY): MetricsRow[] {
  const rows: MetricsRow[] = [];
  for (const line of text.split('\n')) {
    const row = parseLine(line);
    if (row !== undefined && row.step <= step) rows.push(row);
  }
  return rows;
}

function parseLine(line: string): MetricsRow | undefined {
  try {
    return metricsRowSchema.parse(JSON.parse(line));
  } catch {
    return undefined;
  }
}

/** How long a run has trained; of one that an earlier version began, what its steps took by their speed. */
export function secondsTrained(rows: readonly MetricsRow[], batchSize: number): number {
  const last = rows.at(-1)?.seconds;
  if (last !== undefined) return last;
  return rows.reduce((sum, row, at) => {
    const steps = row.step - (rows[at - 1]?.step ?? 0);
    return row.imagesPerSecond ? sum + (steps * batchSize) / row.imagesPerSecond : sum;
  }, 0);
}
