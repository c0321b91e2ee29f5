import { z } from 'zod';
import { type BulkPlace, beginBulk, nameOf } from '../../model/bulk/begin-bulk.ts';
import { finishBulk } from '../../model/bulk/finish-bulk.ts';
import {
  bulkPlanSchema,
  bulkRequestSchema,
  hasShard,
  type Shard,
  shardName,
  shardsName,
} from '../../model/bulk/plan.ts';
import { writeShard } from '../../model/bulk/write-shard.ts';
import { onnxName } from '../../model/bundle/manifest.ts';
import { entryOf } from '../../model/bundle/read.ts';
import type { Engine } from '../../model/engine/engine.ts';
import { loadEngine } from '../../model/engine/load.ts';
import { FreshcarError } from '../../model/errors.ts';
import type { BundleSource } from '../../model/store/store.ts';
import type { WriteOnceBucket } from '../../model/store/write-once.ts';
import { keepEngine } from './keep-engine.ts';

export interface BulkOptions {
  readonly models: BundleSource;
  readonly cars: WriteOnceBucket;
  readonly log: (line: Readonly<Record<string, unknown>>) => void;
  /** Milliseconds from any fixed moment. */
  readonly now: () => number;
}

/** Folders of plain names, so that no key can be mistaken for another or for a path. */
const destination = z
  .string()
  .max(512)
  .regex(
    /^(?:[A-Za-z0-9][A-Za-z0-9._-]*\/)+$/,
    'one or more folders of letters, digits, dots and hyphens, each before a slash',
  );

/** What the state machine asks, one step after the other. */
const eventSchema = z.discriminatedUnion('step', [
  z.strictObject({
    step: z.literal('begin'),
    /** The input of the execution over its defaults. */
    request: z.strictObject({ destination, ...bulkRequestSchema.shape }),
  }),
  z.strictObject({
    step: z.literal('shard'),
    destination,
    plan: bulkPlanSchema,
    shard: z.strictObject({ shard: z.int().min(0), first: z.int().min(0), count: z.int().min(1) }),
  }),
  z.strictObject({ step: z.literal('finish'), destination }),
]);

/** Answers the steps of a generation. The network stays loaded from one shard to the next. */
export function createBulk({ models, cars, log, now }: BulkOptions): (event: unknown) => Promise<unknown> {
  const engineOf = keepEngine(({ version, sha256 }) => load(models, version, sha256));

  return async (event) => {
    const asked = parse(event);
    if (asked.step === 'begin') {
      const { destination, ...request } = asked.request;
      const plan = await beginBulk({ cars, destination }, models, request);
      return { destination, plan, items: `${destination}${shardsName}` };
    }
    const place = { cars, destination: asked.destination };
    if (asked.step === 'finish') return finishBulk(place);
    const start = now();
    const { plan, shard } = asked;
    if (!hasShard(plan, shard)) throw notOf(place, shard);
    const file = await writeShard(place, plan, shard, () => engineOf(plan.model));
    const name = shardName(shard.shard);
    log({ message: 'A shard is there.', name, ...shard, ...file, milliseconds: Math.round(now() - start) });
    return { shard: shard.shard, ...file };
  };
}

function parse(event: unknown): z.output<typeof eventSchema> {
  const result = eventSchema.safeParse(event);
  if (result.success) return result.data;
  const faults = result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  throw new FreshcarError('invalid-input', `The generation cannot be done as asked. ${faults.join('. ')}.`);
}

/** A list that somebody else wrote: its seeds would come to lie under names that promise others. */
function notOf(place: BulkPlace, { shard, first, count }: Shard): FreshcarError {
  return new FreshcarError(
    'conflict',
    `${nameOf(place, shardsName)} is not of this generation: its plan has no shard ${shard} of ${count} cars from seed ${first} on. Delete the list and start again, or choose another destination.`,
  );
}

/** @throws FreshcarError `damaged-bundle` when the version is no longer what the plan was made for. */
async function load(models: BundleSource, version: string, sha256: string): Promise<Engine> {
  const manifest = await models.readManifest(version);
  if (entryOf(manifest, onnxName).sha256 !== sha256)
    throw new FreshcarError('damaged-bundle', `The model ${version} is not the one that this generation began with.`);
  return loadEngine(models, manifest);
}
