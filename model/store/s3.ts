import type { S3Client } from '@aws-sdk/client-s3';
import { type BucketSourceOptions, bucketSource } from './bucket-source.ts';
import {
  candidatesPrefix,
  checkVersion,
  formatPointer,
  modelsPrefix,
  pointerConflict,
  pointerName,
} from './pointer.ts';
import { defaultRetry, retry } from './retry.ts';
import { getObject, putObject } from './s3-object.ts';
import type { BundleCollection, BundleSource, BundleStore } from './store.ts';

export interface S3SourceOptions extends Omit<BucketSourceOptions, 'get'> {
  /** Make it with `maxAttempts: 1`: this module retries by itself, bodies that were cut off too. */
  readonly client: S3Client;
}

/** A bucket as a source of bundles, read by AWS's own client. */
export function s3Source({ client, ...options }: S3SourceOptions): BundleSource {
  return bucketSource({ ...options, get: (object) => getObject(client, object) });
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
