import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { modelVersionSchema } from '../bundle/manifest.ts';
import { FreshcarError } from '../errors.ts';
import { sha256 } from '../files.ts';
import { maximumSeed } from '../latent.ts';

/** A shard's pixels before they are packed, in bytes: it is drawn and kept in memory as a whole. */
const largestShard = 64 * 1024 ** 2;
const usualShard = 10_000;
/** The items of one Distributed Map that Step Functions is known to take in its stride. */
const mostShards = 100_000;

/** The files of a generation, beside its shards. */
export const planName = 'plan.json';
export const shardsName = 'shards.json';
export const indexName = 'manifest.json';

/** What is asked for: so many cars, from one seed on. */
export const bulkRequestSchema = z.strictObject({
  count: z
    .int()
    .min(1)
    .max(maximumSeed + 1),
  firstSeed: z.int().min(0).max(maximumSeed).default(0),
  /** Cars in a shard; as many as fit, up to 10,000, where nothing is said. */
  shardSize: z.int().min(1).exactOptional(),
  /** The model's version; the one that is served where nothing is said. */
  model: modelVersionSchema.exactOptional(),
  /** Under 1 for more ordinary cars, over 1 for stranger ones. */
  truncation: z.number().gt(0).max(1.5).default(1),
});

/** What was resolved once and holds for every shard, whoever draws it and when. */
export const bulkPlanSchema = z.strictObject({
  format: z.literal(1),
  model: z.strictObject({
    version: modelVersionSchema,
    /** SHA-256 of its ONNX graph. */
    sha256: z.string().regex(/^[0-9a-f]{64}$/),
    imageSize: z.int().min(1),
  }),
  firstSeed: z.int().min(0),
  count: z.int().min(1),
  shardSize: z.int().min(1),
  truncation: z.number(),
});

export type BulkRequest = z.output<typeof bulkRequestSchema>;
export type BulkPlan = z.output<typeof bulkPlanSchema>;

/** The cars of seeds `first` to `first + count - 1`, in one file. */
export interface Shard {
  readonly shard: number;
  readonly first: number;
  readonly count: number;
}

/**
 * Resolves what a request leaves open.
 *
 * @throws FreshcarError `invalid-input` when seeds run out, or a shard would be too large or too small.
 */
export function makePlan(request: BulkRequest, model: BulkPlan['model']): BulkPlan {
  const { count, firstSeed, truncation } = request;
  const refuse = (why: string) => new FreshcarError('invalid-input', why);
  if (firstSeed + count - 1 > maximumSeed)
    throw refuse(`From seed ${firstSeed} on there are ${maximumSeed + 1 - firstSeed} seeds, not ${count}.`);
  const fitting = Math.max(1, Math.floor(largestShard / (model.imageSize ** 2 * 3)));
  const { shardSize = Math.min(usualShard, fitting) } = request;
  if (shardSize > fitting)
    throw refuse(`A shard holds at most ${fitting} cars of ${model.imageSize} pixels; shardSize is ${shardSize}.`);
  const shards = Math.ceil(count / shardSize);
  if (shards > mostShards) throw refuse(`${shards} shards are too many; ${mostShards} at most, so raise shardSize.`);
  return { format: 1, model, firstSeed, count, shardSize, truncation };
}

export function shardsOf(plan: BulkPlan): Shard[] {
  return Array.from({ length: Math.ceil(plan.count / plan.shardSize) }, (_, shard) => shardOf(plan, shard));
}

/** Whether a plan has this very shard. */
export function hasShard(plan: BulkPlan, shard: Shard): boolean {
  return isDeepStrictEqual(shard, shardOf(plan, shard.shard));
}

function shardOf({ firstSeed, count, shardSize }: BulkPlan, shard: number): Shard {
  const before = shard * shardSize;
  return { shard, first: firstSeed + before, count: Math.min(shardSize, count - before) };
}

/** A shard's file, numbered as WebDataset and its brace notation have it: `cars-{000000..000099}.tar`. */
export function shardName(shard: number): string {
  return `cars-${String(shard).padStart(6, '0')}.tar`;
}

/** Tells the shards of one plan from those of another. */
export function planId(plan: BulkPlan): string {
  return sha256(Buffer.from(formatPlan(plan)));
}

export function formatPlan(plan: BulkPlan): string {
  return `${JSON.stringify(bulkPlanSchema.parse(plan), undefined, 2)}\n`;
}

/** What a request asks otherwise than a plan that is there says; a sentence's parts, none when they agree. */
export function differences(request: BulkRequest, plan: BulkPlan): string[] {
  const { model = plan.model.version, shardSize = plan.shardSize, ...rest } = request;
  const asked = { ...rest, shardSize, model };
  const resolved = { ...plan, model: plan.model.version };
  const names = ['count', 'firstSeed', 'shardSize', 'truncation', 'model'] as const;
  return names.filter((name) => asked[name] !== resolved[name]).map((name) => `its ${name} is ${resolved[name]}`);
}
