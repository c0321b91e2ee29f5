import { manifestName } from '../bundle/manifest.ts';
import { entryOf, manifestLimit, parseManifest, verifyFile } from '../bundle/read.ts';
import { FreshcarError } from '../errors.ts';
import { checkVersion, modelsPrefix, parsePointer, pointerName } from './pointer.ts';
import { defaultRetry, type RetryOptions, retry } from './retry.ts';
import type { BundleSource } from './store.ts';

export interface ObjectOptions {
  readonly bucket: string;
  readonly key: string;
  /** Milliseconds for the whole attempt, answer and body. */
  readonly timeout: number;
}

export interface GetOptions extends ObjectOptions {
  /** Whoever may not list a bucket is told "denied" of what is missing: then that is what it is taken for. */
  readonly deniedIsMissing?: boolean;
  readonly knownEtag?: string | undefined;
  /** Bytes of the longest object that is read; any, where it is our own. */
  readonly limit?: number;
}

export interface S3Object {
  readonly bytes: Uint8Array;
  readonly etag: string;
}

/**
 * One attempt at one object; undefined when it still has the ETag that the caller knows.
 *
 * @throws TransientError for what may pass by itself, another FreshcarError for what does not.
 */
export type GetObject = (options: GetOptions) => Promise<S3Object | undefined>;

export interface BucketSourceOptions {
  readonly get: GetObject;
  readonly bucket: string;
  /** What every key begins with; default `models/`. */
  readonly prefix?: string;
  /** One attempt, answer and body, takes at most this many milliseconds; default 5000. */
  readonly timeout?: number;
  readonly retry?: RetryOptions;
}

/** A bucket as a source of bundles, whatever reads its objects: `<prefix>current.json` and `<prefix><version>/<file>`. */
export function bucketSource(options: BucketSourceOptions): BundleSource {
  const { bucket, prefix = modelsPrefix, timeout = 5000, retry: retryOptions = defaultRetry } = options;
  const nameOf = (key: string) => `s3://${bucket}/${key}`;
  const get = (key: string, more: Partial<Pick<GetOptions, 'knownEtag' | 'deniedIsMissing' | 'limit'>> = {}) =>
    retry(() => options.get({ bucket, key, timeout, limit: manifestLimit, ...more }), retryOptions, timeout);

  return {
    location: `s3://${bucket}/${prefix}`,
    async readPointer(knownEtag) {
      const key = `${prefix}${pointerName}`;
      const object = await get(key, { knownEtag });
      if (!object || object.etag === knownEtag) return undefined;
      const text = new TextDecoder().decode(object.bytes);
      return { pointer: parsePointer(text, nameOf(key), object.etag), etag: object.etag };
    },
    async readManifest(version) {
      checkVersion(version);
      const key = `${prefix}${version}/${manifestName}`;
      // Versions are asked for by strangers, and a role that may not list the bucket is told "denied" of all they make up.
      const bytes = await required(get(key, { deniedIsMissing: true }), nameOf(key));
      const manifest = parseManifest(bytes, nameOf(`${prefix}${version}`));
      if (manifest.version === version) return manifest;
      throw new FreshcarError('damaged-bundle', `${nameOf(key)} says that it is the model ${manifest.version}.`);
    },
    async readFile(manifest, name) {
      const entry = entryOf(manifest, name);
      const key = `${prefix}${manifest.version}/${name}`;
      return verifyFile(await required(get(key, { limit: entry.bytes }), nameOf(key)), entry, nameOf(key));
    },
  };
}

async function required(object: Promise<S3Object | undefined>, name: string): Promise<Uint8Array> {
  const bytes = (await object)?.bytes;
  if (!bytes) throw new FreshcarError('unavailable', `${name} came back as unchanged although it was never read.`);
  return bytes;
}
