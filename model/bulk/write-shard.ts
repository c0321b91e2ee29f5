import type { Engine } from '../engine/engine.ts';
import { FreshcarError } from '../errors.ts';
import { sha256 } from '../files.ts';
import { type BulkPlace, nameOf } from './begin-bulk.ts';
import { drawShard } from './draw-shard.ts';
import { type BulkPlan, planId, type Shard, shardName } from './plan.ts';

/** What a shard's file is, as the bucket has it. */
export interface WrittenShard {
  readonly bytes: number;
  readonly sha256: string;
}

/**
 * Draws a shard and writes it, unless it is there: of several that draw the same one, and of a second try after a first
 * whose answer was lost, one writes it and the others find it.
 *
 * @param load Called only when there is something to draw.
 * @returns What lies in the bucket now, and whether this call wrote it.
 * @throws FreshcarError `conflict` when the file there is not of this plan, and as engine and bucket do.
 */
export async function writeShard(
  place: BulkPlace,
  plan: BulkPlan,
  shard: Shard,
  load: () => Promise<Engine>,
): Promise<WrittenShard & { readonly written: boolean }> {
  const found = await findShard(place, plan, shard.shard);
  if (found) return { ...found, written: false };
  const content = await drawShard(await load(), shard, plan.truncation);
  const file = { bytes: content.length, sha256: sha256(content) };
  const notes = { plan: planId(plan), bytes: String(file.bytes), sha256: file.sha256 };
  if (await place.cars.add(place.destination + shardName(shard.shard), content, notes))
    return { ...file, written: true };
  const other = await findShard(place, plan, shard.shard);
  return { ...(other ?? file), written: false };
}

/**
 * The shard that lies in the bucket; undefined when there is none.
 *
 * @throws FreshcarError `conflict` when the file of its name was not written by this plan, or has lost bytes.
 */
export async function findShard(place: BulkPlace, plan: BulkPlan, shard: number): Promise<WrittenShard | undefined> {
  const name = shardName(shard);
  const object = await place.cars.describe(place.destination + name);
  if (object === undefined) return undefined;
  const { notes, bytes } = object;
  if (notes.plan === planId(plan) && notes.bytes === String(bytes) && notes.sha256 !== undefined)
    return { bytes, sha256: notes.sha256 };
  const message = `${nameOf(place, name)} is there but not of this generation; delete it, or choose another destination.`;
  throw new FreshcarError('conflict', message);
}
