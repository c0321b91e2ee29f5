import { z } from 'zod';

/**
 * `run.json`: how a run is gone about, as opposed to `config.json`, which decides what it computes. `--resume` takes from it
 * what is not said again.
 */
export const runOptionsSchema = z.object({
  /** The packed pictures, by their absolute path. */
  data: z.string(),
  /** Pictures to score snapshots with; null where none are. */
  heldOut: z.string().nullable().default(null),
  /** The run or bundle that it began from; needed again only if it is stopped before its first checkpoint. */
  from: z.string().nullable().default(null),
  /** The features file of a projected discriminator. */
  features: z.string().nullable().default(null),
  /** Ends the run after so many hours of training, all sittings together; null where steps alone end it. */
  hours: z.number().nullable().default(null),
  stopOnDivergence: z.boolean().default(false),
  checkpointEvery: z.int().min(1).default(200),
  sheetEvery: z.int().min(1).default(200),
  snapshotEvery: z.int().min(0).default(1000),
  reportEvery: z.int().min(1).default(20),
});

export type RunOptions = z.output<typeof runOptionsSchema>;

/** What a new run does where nothing is said. */
export const usualOptions = runOptionsSchema.omit({ data: true }).parse({});
