import type { Manifest } from '../bundle/manifest.ts';
import { FreshcarError } from '../errors.ts';
import { DamagedPointerError, movedPointer, signedPointer } from './pointer.ts';
import { publishBundle, readPublished } from './publish.ts';
import type { Author, BundleCollection, BundleStore, Pointer, PointerChange } from './store.ts';

export interface PromoteOptions {
  /** Reads and checks everything, and writes nothing. */
  readonly dryRun?: boolean;
  /** Looks inside each file, and throws when it should not be served; stores themselves know files by size and hash only. */
  readonly inspect?: Inspect | undefined;
  /** Who does it, for the pointer's history. */
  readonly author?: Author | undefined;
}

export type Inspect = (manifest: Manifest, name: string, bytes: Uint8Array) => void;

/** How the pointer moved; with a dry run, how it would. */
export interface Promotion {
  readonly from: string | undefined;
  readonly to: string;
}

/**
 * Makes a published version the served one. Every file of it is read and checked first.
 *
 * @returns The move; its ends are equal when the version was current already, and nothing was written.
 * @throws FreshcarError `not-found` when the store has no such version, `damaged-bundle` when it is not whole,
 * `conflict` when somebody else moved the pointer at the same time.
 */
export async function promoteVersion(
  store: BundleStore,
  version: string,
  options: PromoteOptions = {},
): Promise<Promotion> {
  return movePointer(store, await readCurrent(store), { version, did: 'promoted' }, options);
}

/**
 * Goes back to the version that was served before the current one. Going back twice goes forward again.
 *
 * @param from The version to leave; when another one is current, somebody else was quicker and nothing is done.
 * @throws FreshcarError as `promoteVersion` does; `not-found` when there is no version to go back to.
 */
export async function rollBack(
  store: BundleStore,
  { from, ...options }: PromoteOptions & { readonly from?: string } = {},
): Promise<Promotion> {
  const current = await readCurrent(store);
  const { version, previous } = current.pointer ?? {};
  if (previous === undefined)
    throw new FreshcarError(
      'not-found',
      `${store.location} has no version before the current one; promote one by name.`,
    );
  if (from !== undefined && version !== from)
    throw new FreshcarError('conflict', `${store.location} serves ${version}, not ${from}; nothing was changed.`);
  return movePointer(store, current, { version: previous, did: 'rolled back to' }, options);
}

interface Current {
  /** undefined when nothing was promoted yet, or when the pointer is damaged. */
  readonly pointer?: Pointer;
  /** undefined when there is no pointer at all. */
  readonly etag?: string;
}

async function movePointer(
  store: BundleStore,
  { pointer, etag }: Current,
  move: Pick<PointerChange, 'did' | 'version'>,
  { dryRun = false, inspect, author }: PromoteOptions,
): Promise<Promotion> {
  const { version: to } = move;
  const from = pointer?.version;
  await prepareVersion(store, to, { dryRun, inspect }).catch((error) => {
    throw namingOthers(error, store, to, pointer);
  });
  if (!dryRun && from !== to) await store.writePointer(signedPointer(movedPointer(pointer, to), author, move), etag);
  return { from, to };
}

/** Where a version is not there, what its store is known to have helps more than the file that was missed. */
function namingOthers(error: unknown, { location }: BundleStore, to: string, pointer: Pointer | undefined): unknown {
  if (!(error instanceof FreshcarError) || error.code !== 'not-found' || pointer === undefined) return error;
  const known = [pointer.version, pointer.previous, ...(pointer.alternates ?? [])].filter((name) => name !== undefined);
  const message = `${location} has no model ${to}, or not all of it. Its pointer names ${known.join(', ')}; publish others first.`;
  return new FreshcarError('not-found', message, { cause: error });
}

/**
 * Reads every file of a version, so that nothing is served which is not whole. A candidate gets its place among the others.
 *
 * @throws FreshcarError `not-found` when the store has no such version, `damaged-bundle` when a file is another one.
 */
export async function prepareVersion(
  store: BundleStore,
  version: string,
  { dryRun = false, inspect }: Pick<PromoteOptions, 'dryRun' | 'inspect'>,
): Promise<void> {
  const published = await readPublished(store, version);
  const candidate = published ? undefined : await readPublished(store.candidates, version);
  if (!candidate) return checkFiles(store, version, inspect);
  await checkFiles(store.candidates, version, inspect);
  await publishBundle(store.candidates, candidate, store, { dryRun });
}

async function checkFiles(store: BundleCollection, version: string, inspect?: Inspect): Promise<void> {
  const manifest = await store.readManifest(version);
  for (const name of Object.keys(manifest.files)) {
    const bytes = await store.readFile(manifest, name);
    inspect?.(manifest, name, bytes);
  }
}

async function readCurrent(store: BundleStore): Promise<Current> {
  try {
    return (await store.readPointer()) ?? {};
  } catch (error) {
    if (error instanceof DamagedPointerError) return { etag: error.etag };
    if (error instanceof FreshcarError && error.code === 'not-found') return {};
    throw error;
  }
}
