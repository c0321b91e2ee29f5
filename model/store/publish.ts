import { isDeepStrictEqual } from 'node:util';
import { type Manifest, manifestName } from '../bundle/manifest.ts';
import { FreshcarError } from '../errors.ts';
import type { BundleCollection, BundleSource } from './store.ts';

export interface PublishOptions {
  /** Reads and checks everything, and writes nothing. */
  readonly dryRun?: boolean;
  /** Is told of each file that is in the store, written now or before. */
  readonly onFile?: (name: string, bytes: number) => void;
}

/**
 * Copies a bundle into a store. The manifest is written last: without it nobody takes the files for a model, so a
 * publication that was interrupted leaves nothing that could be served, and the same one begun again finishes it.
 * Which version is served does not change.
 *
 * @returns `published`, or `present` when the store had this very bundle already.
 * @throws FreshcarError `conflict` when the store has other files under this version; `damaged-bundle` when the bundle
 * itself is not whole.
 */
export async function publishBundle(
  source: Pick<BundleSource, 'readFile'>,
  manifest: Manifest,
  store: BundleCollection,
  { dryRun = false, onFile = () => undefined }: PublishOptions = {},
): Promise<'published' | 'present'> {
  const files: [string, Uint8Array][] = [];
  for (const name of Object.keys(manifest.files)) files.push([name, await source.readFile(manifest, name)]);
  const published = await readPublished(store, manifest.version);
  if (published) {
    if (isDeepStrictEqual(published, manifest)) return 'present';
    throw otherBundle(store, manifest.version);
  }
  if (dryRun) return 'published';
  for (const [name, bytes] of files) {
    if (!(await store.addFile(manifest.version, name, bytes))) await checkLeftOver(store, manifest, name);
    onFile(name, bytes.length);
  }
  const text = Buffer.from(`${JSON.stringify(manifest, undefined, 2)}\n`);
  if (await store.addFile(manifest.version, manifestName, text)) return 'published';
  // Somebody else published this version meanwhile; the files are the same, so most likely it is the same bundle.
  if (isDeepStrictEqual(await store.readManifest(manifest.version), manifest)) return 'present';
  throw otherBundle(store, manifest.version);
}

/** The manifest of a version; undefined when there is none. */
export async function readPublished(store: BundleCollection, version: string): Promise<Manifest | undefined> {
  try {
    return await store.readManifest(version);
  } catch (error) {
    if (error instanceof FreshcarError && error.code === 'not-found') return undefined;
    throw error;
  }
}

/** A file that was there already is as good as written, if it is the same one. */
async function checkLeftOver(store: BundleCollection, manifest: Manifest, name: string): Promise<void> {
  try {
    await store.readFile(manifest, name);
  } catch (error) {
    if (!(error instanceof FreshcarError) || error.code !== 'damaged-bundle') throw error;
    const reason = `${store.location} has another ${name} for ${manifest.version}, but no manifest.`;
    throw new FreshcarError(
      'conflict',
      `${reason} Somebody else is publishing this version, or was interrupted: export the bundle as another version.`,
      { cause: error },
    );
  }
}

function otherBundle({ location }: BundleCollection, version: string): FreshcarError {
  return new FreshcarError(
    'conflict',
    `${location} has another model ${version}, and versions never change: export the bundle as another version.`,
  );
}
