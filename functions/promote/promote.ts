import { isDeepStrictEqual } from 'node:util';
import { type Manifest, manifestName } from '../../model/bundle/manifest.ts';
import { FreshcarError } from '../../model/errors.ts';
import type { BundleSource, PointerReading } from '../../model/store/store.ts';
import type { Candidate } from './candidate.ts';
import { type Gate, judge, type Verdict } from './gate.ts';
import { drawGoldenCars } from './golden-cars.ts';
import type { PromotionStore } from './s3-store.ts';

/** What became of a candidate. */
export interface Outcome extends Verdict {
  readonly version: string;
}

/**
 * Puts a new model beside the others in the store, and has it served if it passes the gate. A model that does not load or
 * draws no cars stays where it was; one that is only not better can be promoted by hand.
 *
 * @throws FreshcarError `conflict` when the store has another model of this version, or when somebody else moved the
 * pointer meanwhile; and as the store does.
 */
export async function promote(candidate: Candidate, store: PromotionStore, gate: Gate): Promise<Outcome> {
  const { manifest } = candidate;
  const { version } = manifest;
  const fault = await drawGoldenCars(candidate, manifest).then(() => undefined, faultOf);
  if (fault !== undefined) return { passed: false, version, reason: `Not taken: ${fault}` };
  await publish(candidate, store);
  const current = await readCurrent(store);
  if (current?.reading.pointer.version === version)
    return { passed: true, version, reason: `Nothing to do: ${version} is served already.` };
  const verdict = judge(manifest, current?.manifest, gate);
  if (verdict.passed) {
    const previous = current?.reading.pointer.version;
    await store.writePointer({ version, ...(previous !== undefined && { previous }) }, current?.reading.etag);
  }
  return { ...verdict, version };
}

/** The sentence of an error that says the model is no good; any other error is thrown on. */
function faultOf(error: unknown): string {
  if (error instanceof FreshcarError && error.code === 'damaged-bundle') return error.message;
  throw error;
}

/** The manifest last: without it nobody takes the files for a model. Files that are there already are compared, not replaced. */
async function publish({ manifest, readFile }: Candidate, store: PromotionStore): Promise<void> {
  const { version } = manifest;
  for (const name of Object.keys(manifest.files)) {
    const added = await store.addFile(version, name, await readFile(manifest, name));
    if (!added) await store.readFile(manifest, name);
  }
  const text = Buffer.from(`${JSON.stringify(manifest, undefined, 2)}\n`);
  if (await store.addFile(version, manifestName, text)) return;
  if (!isDeepStrictEqual(await store.readManifest(version), manifest))
    throw new FreshcarError('conflict', `${store.location} has another model ${version}, and versions never change.`);
}

interface Current {
  readonly reading: PointerReading;
  readonly manifest: Manifest;
}

/** The served model; undefined where none is yet. */
async function readCurrent(store: BundleSource): Promise<Current | undefined> {
  try {
    const reading = await store.readPointer();
    return reading && { reading, manifest: await store.readManifest(reading.pointer.version) };
  } catch (error) {
    if (error instanceof FreshcarError && error.code === 'not-found') return undefined;
    throw error;
  }
}
