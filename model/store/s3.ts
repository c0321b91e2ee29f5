import type { S3Client } from '@aws-sdk/client-s3';
import { manifestName } from '../bundle/manifest.ts';
import { entryOf, manifestLimit, parseManifest, verifyFile } from '../bundle/read.ts';
import { FreshcarError } from '../errors.ts';
import {
  candidatesPrefix,
  checkVersion,
  formatPointer,
  modelsPrefix,
  parsePointer,
  pointerConflict,
  pointerName,
} from './pointer.ts';
import { defaultRetry, type RetryOptions, retry } from './retry.ts';
import { type GetOptions, getObject, putObject, type S3Object } from './s3-object.ts';
import type { BundleCollection, BundleSource, BundleStore } from './store.ts';

export interface S3SourceOptions {
  /** Make it with `maxAttempts: 1`: this module retries by itself, bodies that were cut off too. */
  readonly client: S3Client;
  readonly bucket: string;
  /** What every key begins with; default `models/`. */
  readonly prefix?: string;
  /** One attempt, answer and body, takes at most this many milliseconds; default 5000. */
  readonly timeout?: number;
  readonly retry?: RetryOptions;
}

/** A bucket as a source of bundles: `<prefix>current.json` and `<prefix><version>/<file>`. */
export function s3Source(options: S3SourceOptions): BundleSource {
  const { client, bucket, prefix = modelsPrefix, timeout = 5000, retry: retryOptions = defaultRetry } = options;
  const nameOf = (key: string) => `s3://${bucket}/${key}`;
  const get = (key: string, more: Partial<Pick<GetOptions, 'knownEtag' | 'deniedIsMissing' | 'limit'>> = {}) =>
    retry(() => getObject(client, { bucket, key, timeout, limit: manifestLimit, ...more }), retryOptions, timeout);

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

/**
 * A bucket as a store that can be written. Its server has to know conditional writes (`If-None-Match` and `If-Match` of
 * PutObject), as Amazon S3 does since 2024.
 */
export function s3Store(options: S3SourceOptions): BundleStore {
  const { client, bucket, prefix = modelsPrefix, timeout = 60_000, retry: retryOptions = defaultRetry } = options;
  const source = s3Source({ ...options, timeout });
  const put = (key: string, bytes: Uint8Array, replaces?: string) =>
    retry(() => putObject(client, { bucket, key, timeout, bytes, replaces }), retryOptions);

  const collection = (at: string): BundleCollection => ({
    ...s3Source({ ...options, timeout, prefix: at }),
    async addFile(version, name, bytes) {
      checkVersion(version);
      return put(`${at}${version}/${name}`, bytes);
    },
  });

  return {
    ...source,
    ...collection(prefix),
    candidates: collection(candidatesPrefix(prefix)),
    async writePointer(pointer, etag) {
      const key = `${prefix}${pointerName}`;
      const text = formatPointer(pointer);
      if (await put(key, Buffer.from(text), etag)) return;
      // It may be this very write: one that arrived, whose answer did not, and that was tried again.
      const found = await source.readPointer();
      if (!found || formatPointer(found.pointer) !== text) throw pointerConflict(`s3://${bucket}/${key}`);
    },
  };
}

async function required(object: Promise<S3Object | undefined>, name: string): Promise<Uint8Array> {
  const bytes = (await object)?.bytes;
  if (!bytes) throw new FreshcarError('unavailable', `${name} came back as unchanged although it was never read.`);
  return bytes;
}
