import { z } from 'zod';
import { parseJson } from '../json.ts';

/**
 * The `.json` beside a packed dataset: what is in it, where that came from and what was left out. It names no time and no
 * path of the machine, so that the same pictures and options give the same bytes anywhere.
 */
export const provenanceSchema = z.object({
  /** The format of this file. */
  format: z.literal(1),
  count: z.int().min(1),
  imageSize: z.int().min(1),
  /** SHA-256 of the whole `.npy` file. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  source: z.object({
    kind: z.string(),
    name: z.string(),
    /** Pictures that the source offered, those left out included. */
    pictures: z.int(),
    notes: z.record(z.string(), z.union([z.string(), z.number()])),
  }),
  options: z.record(z.string(), z.union([z.string(), z.number()])),
  /** Pictures, files and folders that could not be read, each with its reason. */
  unreadable: z.array(z.object({ name: z.string(), reason: z.string() })),
  /** Pictures left out because they are the same as, or much like, an earlier one. */
  duplicates: z.array(z.object({ name: z.string(), of: z.string() })),
  /** Where each packed picture is from, in the order of the rows: paths inside the source. Older files say nothing. */
  pictures: z.array(z.string()).optional(),
  /** Pictures that were packed although something is wrong with their files. */
  flawed: z.array(z.object({ name: z.string(), note: z.string() })).optional(),
  /** What made it: the program and its version. */
  code: z.object({ name: z.string(), version: z.string() }),
});

export type Provenance = z.output<typeof provenanceSchema>;

/** `cars.npy` has its provenance in `cars.json` and its contact sheet in `cars.png`. */
export function besides(npyPath: string, ending: '.json' | '.png'): string {
  return npyPath.replace(/\.npy$/i, '') + ending;
}

/** The provenance that a `.json` holds; undefined when it is something else. */
export function parseProvenance(text: string): Provenance | undefined {
  try {
    return provenanceSchema.parse(parseJson(text));
  } catch {
    return undefined;
  }
}

/** What stands in the `.json`. */
export function formatProvenance(provenance: Provenance): string {
  return `${JSON.stringify(provenance, undefined, 2)}\n`;
}
