import { FreshcarError } from '../errors.ts';
import { addOwn, type BulkPlace, nameOf, readPlan } from './begin-bulk.ts';
import { type BulkPlan, indexName, planName, type Shard, shardName, shardsOf } from './plan.ts';
import { findShard, type WrittenShard } from './write-shard.ts';

/** What a finished generation comes to. */
export interface BulkResult {
  readonly manifest: string;
  readonly model: string;
  readonly cars: number;
  readonly shards: number;
  readonly bytes: number;
}

/** Objects that are looked at at once. */
const atOnce = 32;

/**
 * Looks at every shard and writes `manifest.json`: the plan, and each file with its seeds, bytes and SHA-256. Also an index as
 * WebDataset's `wids` reads it (`wids_version`, `shardlist` with `url`, `nsamples` and `filesize`).
 *
 * @throws FreshcarError `conflict` when shards are missing or not of this plan, or a manifest is there that is not, and as the
 * bucket does.
 */
export async function finishBulk(place: BulkPlace): Promise<BulkResult> {
  const plan = await readPlan(place);
  if (plan === undefined) throw new FreshcarError('not-found', `There is no ${nameOf(place, planName)}.`);
  const shards = shardsOf(plan);
  const found: (WrittenShard | undefined)[] = [];
  for (let first = 0; first < shards.length; first += atOnce) {
    const some = shards.slice(first, first + atOnce);
    found.push(...(await Promise.all(some.map(({ shard }) => findShard(place, plan, shard)))));
  }
  const files = found.filter((file) => file !== undefined);
  const missing = shards.filter(({ shard }) => found[shard] === undefined);
  if (missing.length > 0)
    throw new FreshcarError(
      'conflict',
      `${missing.length} of ${shards.length} shards are missing in ${nameOf(place, '')}, the first is ${shardName(missing[0]?.shard ?? 0)}. Start again with the same destination.`,
    );
  await addOwn(place, indexName, formatIndex(plan, shards, files));
  return {
    manifest: nameOf(place, indexName),
    model: plan.model.version,
    cars: plan.count,
    shards: shards.length,
    bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}

function formatIndex(plan: BulkPlan, shards: readonly Shard[], files: readonly WrittenShard[]): string {
  const shardlist = shards.map(({ shard, first, count }, at) => ({
    url: shardName(shard),
    nsamples: count,
    filesize: files[at]?.bytes,
    sha256: files[at]?.sha256,
    firstSeed: first,
  }));
  const about = { name: `freshcar ${plan.model.version}`, description: 'Cars that do not exist; a key is its seed.' };
  return `${JSON.stringify({ ...plan, wids_version: 1, ...about, shardlist }, undefined, 1)}\n`;
}
