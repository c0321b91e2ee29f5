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
});

export type MetricsRow = z.output<typeof metricsRowSchema>;

/** The lines up to `step`; a line that a killed process cut off, and what follows it, is left out. */
export function parseMetrics(text: string, step = Number.POSITIVE_INFINITY): MetricsRow[] {
  const rows: MetricsRow[] = [];
  for (const line of text.split('\n')) {
    const row = parseLine(line);
    if (row === undefined || row.step > step) break;
    rows.push(row);
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
