import type { Manifest } from '../../model/bundle/manifest.ts';
import { FreshcarError } from '../../model/errors.ts';
import { movedPointer, signedPointer } from '../../model/store/pointer.ts';
import { publishBundle } from '../../model/store/publish.ts';
import type { Author, BundleSource, BundleStore, PointerReading } from '../../model/store/store.ts';
import type { Candidate } from './candidate.ts';
import { type Gate, judge, type Verdict } from './gate.ts';
import { drawGoldenCars } from './golden-cars.ts';

export interface PromoteOptions {
  readonly gate: Gate;
  /** Who does it, for the pointer's history. */
  readonly author?: Author;
}

/** What became of a candidate. */
export interface Outcome extends Verdict {
  readonly version: string;
}

/**
 * Puts a new model beside the others in the store and has it served if it passes the gate. One that does not is laid among the
 * store's candidates, apart from what the service reads, from where it can be promoted by hand; one that does not load or draws
 * no cars stays where it was.
 *
 * @throws FreshcarError `conflict` when the store has another model of this version, or when somebody else moved the
 * pointer meanwhile; and as the store does.
 */
export async function promote(
  candidate: Candidate,
  store: BundleStore,
  { gate, author }: PromoteOptions,
): Promise<Outcome> {
  const { manifest } = candidate;
  const { version } = manifest;
  const fault = await drawGoldenCars(candidate, manifest).then(() => undefined, faultOf);
  if (fault !== undefined) return { passed: false, version, reason: `Not taken: ${fault}` };
  const current = await readCurrent(store);
  if (current?.reading.pointer.version === version) {
    // The very same, or there are two models of one version.
    await publishBundle(candidate, manifest, store);
    return { passed: true, version, reason: `Nothing to do: ${version} is served already.` };
  }
  const verdict = judge(manifest, current?.manifest, gate);
  await publishBundle(candidate, manifest, verdict.passed ? store : store.candidates);
  if (verdict.passed) {
    const moved = movedPointer(current?.reading.pointer, version);
    await store.writePointer(signedPointer(moved, author, { did: 'promoted', version }), current?.reading.etag);
  }
  return { ...verdict, version };
}

/** The sentence of an error that says the model is no good; any other error is thrown on. */
function faultOf(error: unknown): string {
  if (error instanceof FreshcarError && error.code === 'damaged-bundle') return error.message;
  throw error;
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
