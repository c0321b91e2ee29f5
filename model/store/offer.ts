import { FreshcarError } from '../errors.ts';
import { besideLimit, offeringPointer } from './pointer.ts';
import { checkFiles, type Inspect } from './promote.ts';
import type { BundleStore, PointerReading } from './store.ts';

export interface OfferOptions {
  /** Reads and checks everything, and writes nothing. */
  readonly dryRun?: boolean;
  /** As for a promotion. */
  readonly inspect?: Inspect;
}

/** What became of an offer; with a dry run, what would. */
export interface Offer {
  /** The version that it stands beside, or that it is itself. */
  readonly current: string;
  /** Nothing was written unless it is `offered`. */
  readonly outcome: 'offered' | 'offered-before' | 'is-current';
}

/**
 * Offers a published version beside the current one. Every file of it is read and checked first.
 *
 * @throws FreshcarError `not-found` when the store has no such version or no current one, `damaged-bundle` when it is not
 * whole, `invalid-input` when as many are offered as can be, `conflict` when somebody else moved the pointer at the same time.
 */
export async function offerVersion(
  store: BundleStore,
  version: string,
  { dryRun = false, inspect }: OfferOptions = {},
): Promise<Offer> {
  const { pointer, etag } = await readPointer(store);
  const { version: current, beside = [] } = pointer;
  if (version === current) return { current, outcome: 'is-current' };
  if (beside.includes(version)) return { current, outcome: 'offered-before' };
  if (beside.length >= besideLimit)
    throw new FreshcarError(
      'invalid-input',
      `${store.location} offers ${besideLimit} models beside ${current}, as many as can be. Withdraw one first: ${beside.join(', ')}.`,
    );
  await checkFiles(store, version, inspect);
  if (!dryRun) await store.writePointer(offeringPointer(pointer, [...beside, version]), etag);
  return { current, outcome: 'offered' };
}

/**
 * Offers a version no longer. It stays in the store, and is not looked at: what is damaged has to be withdrawn too.
 *
 * @returns The current version.
 * @throws FreshcarError `not-found` when it is not offered, `invalid-input` when it is the current one, `conflict` when
 * somebody else moved the pointer at the same time.
 */
export async function withdrawVersion(
  store: BundleStore,
  version: string,
  { dryRun = false }: OfferOptions = {},
): Promise<string> {
  const { pointer, etag } = await readPointer(store);
  const { version: current, beside = [] } = pointer;
  if (version === current)
    throw new FreshcarError(
      'invalid-input',
      `${version} is the current model of ${store.location}, not one beside it: promote another one instead.`,
    );
  if (!beside.includes(version)) {
    const offered = beside.length === 0 ? `nothing beside ${current}` : `${beside.join(', ')} beside ${current}`;
    throw new FreshcarError('not-found', `${store.location} does not offer ${version}; it offers ${offered}.`);
  }
  const others = beside.filter((other) => other !== version);
  if (!dryRun) await store.writePointer(offeringPointer(pointer, others), etag);
  return current;
}

/** @throws FreshcarError `not-found` when there is no current model that another could stand beside. */
async function readPointer(store: BundleStore): Promise<PointerReading> {
  const reading = await store.readPointer().catch((error) => {
    if (error instanceof FreshcarError && error.code === 'not-found') return undefined;
    throw error;
  });
  if (reading) return reading;
  throw new FreshcarError('not-found', `${store.location} serves no model yet; promote one before others beside it.`);
}
