import { z } from 'zod';
import type { Manifest } from '../bundle/manifest.ts';
import { FreshcarError } from '../errors.ts';
import type { BundleSource } from '../store/store.ts';
import { propertyNames } from './properties.ts';

/** The optional file of a bundle that says how to change one thing about its cars. */
export const directionsName = 'directions.json';

/** A file may be a stranger's: it is shown to visitors, and what it adds to latent vectors has to stay a number there. */
const words = z.string().max(60);
const largestStep = 100;

const directionSchema = z.strictObject({
  name: z.enum(propertyNames),
  title: words,
  /** What less and more of it are called. */
  ends: z.tuple([words, words]),
  /** How much a step of 1 changes each measured property, in standard deviations of what cars have; its own is close to 1. */
  effects: z.record(z.string(), z.number()),
  /** How many times as much it changes its own property as the one that it changes most beside. */
  purity: z.number(),
  /** What is added to a latent vector for a step of 1. */
  vector: z.array(z.number().min(-largestStep).max(largestStep)).min(1),
});
export type Direction = z.output<typeof directionSchema>;

export const directionsSchema = z.strictObject({
  format: z.literal(1),
  /** How many cars the effects were measured with, which had no part in finding the directions. */
  measuredWith: z.int().min(1),
  directions: z
    .array(directionSchema)
    .min(1)
    .refine((all) => new Set(all.map(({ name }) => name)).size === all.length, 'it has a direction twice'),
});
export type Directions = z.output<typeof directionsSchema>;

/** @throws FreshcarError `damaged-bundle` when it is none, or not for latent vectors of this size. */
export function parseDirections(content: Uint8Array, latentSize: number): Directions {
  const damaged = (why: string, cause?: unknown) =>
    new FreshcarError('damaged-bundle', `${directionsName} cannot be used: ${why}.`, { cause });
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder().decode(content));
  } catch (cause) {
    throw damaged('it is no JSON', cause);
  }
  const parsed = directionsSchema.safeParse(json);
  if (!parsed.success) throw damaged(parsed.error.issues.map(({ message }) => message).join('; '), parsed.error);
  if (parsed.data.directions.some(({ vector }) => vector.length !== latentSize))
    throw damaged(`its vectors are not of ${latentSize} numbers, as the model's are`);
  return parsed.data;
}

/** The directions of a bundle; undefined when it has none. */
export async function readDirections(
  source: Pick<BundleSource, 'readFile'>,
  manifest: Manifest,
): Promise<Directions | undefined> {
  if (!(directionsName in manifest.files)) return undefined;
  return parseDirections(await source.readFile(manifest, directionsName), manifest.architecture.latentSize);
}
