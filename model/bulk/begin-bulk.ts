import { onnxName } from '../bundle/manifest.ts';
import { entryOf } from '../bundle/read.ts';
import { FreshcarError } from '../errors.ts';
import type { BundleSource } from '../store/store.ts';
import type { WriteOnceBucket } from '../store/write-once.ts';
import {
  type BulkPlan,
  type BulkRequest,
  bulkPlanSchema,
  differences,
  formatPlan,
  makePlan,
  planName,
  shardsName,
  shardsOf,
} from './plan.ts';

export interface BulkPlace {
  readonly cars: WriteOnceBucket;
  /** The beginning of every key, up to a slash. */
  readonly destination: string;
}

/**
 * Resolves what is to be drawn, once: the plan lies in the destination from then on, so that a generation which begins again
 * there goes on by it, with the same model even when another is served by then. Beside it the list of the shards.
 *
 * @throws FreshcarError `invalid-input` when the request cannot be met, `conflict` when the plan or the list there is another
 * one's, and as the bucket and the source of models do.
 */
export async function beginBulk(place: BulkPlace, models: BundleSource, request: BulkRequest): Promise<BulkPlan> {
  const plan = (await readPlan(place)) ?? (await resolvePlan(place, models, request));
  const others = differences(request, plan);
  if (others.length > 0)
    throw new FreshcarError(
      'conflict',
      `${nameOf(place, planName)} is of another generation: ${others.join(', ')}. Ask for the same, or choose another destination.`,
    );
  await addOwn(place, shardsName, JSON.stringify(shardsOf(plan)));
  return plan;
}

/** @throws FreshcarError `damaged-bundle` when the file there is no plan. */
export async function readPlan(place: BulkPlace): Promise<BulkPlan | undefined> {
  const bytes = await place.cars.read(place.destination + planName);
  if (bytes === undefined) return undefined;
  try {
    return bulkPlanSchema.parse(JSON.parse(new TextDecoder().decode(bytes)));
  } catch (cause) {
    const message = `${nameOf(place, planName)} is no plan of a generation; choose another destination.`;
    throw new FreshcarError('damaged-bundle', message, { cause });
  }
}

/**
 * Writes a file of a generation, unless it is there already.
 *
 * @throws FreshcarError `conflict` when what is there is something else, as a generation before may have left it.
 */
export async function addOwn(place: BulkPlace, name: string, content: string): Promise<void> {
  const key = place.destination + name;
  const bytes = Buffer.from(content);
  if (await place.cars.add(key, bytes)) return;
  const found = await place.cars.read(key);
  if (found !== undefined && bytes.equals(found)) return;
  const message = `${nameOf(place, name)} is there but not of this generation; delete it, or choose another destination.`;
  throw new FreshcarError('conflict', message);
}

export function nameOf({ cars, destination }: BulkPlace, name: string): string {
  return `${cars.location}${destination}${name}`;
}

async function resolvePlan(place: BulkPlace, models: BundleSource, request: BulkRequest): Promise<BulkPlan> {
  const version = request.model ?? (await models.readPointer())?.pointer.version ?? '';
  const manifest = await models.readManifest(version);
  const { sha256 } = entryOf(manifest, onnxName);
  const plan = makePlan(request, { version, sha256, imageSize: manifest.architecture.imageSize });
  const isFirst = await place.cars.add(place.destination + planName, Buffer.from(formatPlan(plan)));
  // Another execution with the same destination may have been quicker; its plan holds.
  return isFirst ? plan : ((await readPlan(place)) ?? plan);
}
