import { FreshcarError } from '../errors.ts';
import { alternatesLimit, checkVersion, offeringPointer, signedPointer, withdrawingPointer } from './pointer.ts';
import { type Inspect, prepareVersion } from './promote.ts';
import type { Author, BundleStore, PointerReading } from './store.ts';

export interface OfferOptions {
  /** Reads and checks everything, and writes nothing. */
  readonly dryRun?: boolean;
  /** As for a promotion. */
  readonly inspect?: Inspect | undefined;
  readonly author?: Author | undefined;
}

/** What became of an offer; with a dry run, what would. */
export interface Offer {
  /** The version that it is an alternate to, or that it is itself. */
  readonly current: string;
  /** Nothing was written unless it is `offered`. */
  readonly outcome: 'offered' | 'offered-before' | 'is-current';
}

/**
 * Offers a published version as an alternate to the current one. Every file of it is read and checked first.
 *
 * @throws FreshcarError `not-found` when the store has no such version or no current one, `damaged-bundle` when it is not
 * whole, `invalid-input` when as many are offered as can be, `conflict` when somebody else moved the pointer at the same time.
 */
export async function offerVersion(
  store: BundleStore,
  version: string,
  { dryRun = false, inspect, author }: OfferOptions = {},
): Promise<Offer> {
  const { pointer, etag } = await readPointer(store);
  const { version: current, alternates = [] } = pointer;
  if (version === current) return { current, outcome: 'is-current' };
  if (alternates.includes(version)) return { current, outcome: 'offered-before' };
  if (alternates.length >= alternatesLimit)
    throw new FreshcarError(
      'invalid-input',
      `${store.location} offers ${alternatesLimit} alternates to ${current}, as many as can be. Withdraw one first: ${alternates.join(', ')}.`,
    );
  await prepareVersion(store, version, { dryRun, inspect });
  const next = signedPointer(offeringPointer(pointer, [...alternates, version]), author, { did: 'offered', version });
  if (!dryRun) await store.writePointer(next, etag);
  return { current, outcome: 'offered' };
}

/** What became of a version that was withdrawn. */
export interface Withdrawal {
  readonly current: string;
  /** What it was: the pointer was written unless it was none of both. */
  readonly was: 'offered' | 'previous' | 'neither';
}

/**
 * Takes a version back: it is not offered any more, and no rollback goes to it, so services answer its addresses with 404 from
 * their next look at the pointer on. It stays in the store, and is not looked at: what is damaged has to be withdrawn too.
 *
 * @throws FreshcarError `invalid-input` when it is the current one, `conflict` when somebody else moved the pointer at the
 * same time.
 */
export async function withdrawVersion(
  store: BundleStore,
  version: string,
  { dryRun = false, author }: OfferOptions = {},
): Promise<Withdrawal> {
  checkVersion(version);
  const { pointer, etag } = await readPointer(store);
  const { version: current, previous, alternates = [] } = pointer;
  if (version === current)
    throw new FreshcarError(
      'invalid-input',
      `${version} is the current model of ${store.location}: promote another one first.`,
    );
  const was = alternates.includes(version) ? 'offered' : previous === version ? 'previous' : 'neither';
  const next = signedPointer(withdrawingPointer(pointer, version), author, { did: 'withdrew', version });
  if (!dryRun && was !== 'neither') await store.writePointer(next, etag);
  return { current, was };
}

/** @throws FreshcarError `not-found` when there is no current model that another could be an alternate to. */
async function readPointer(store: BundleStore): Promise<PointerReading> {
  const reading = await store.readPointer().catch((error) => {
    if (error instanceof FreshcarError && error.code === 'not-found') return undefined;
    throw error;
  });
  if (reading) return reading;
  throw new FreshcarError(
    'not-found',
    `${store.location} serves no model yet; promote one before you offer alternates to it.`,
  );
}
