import type { S3Client } from '@aws-sdk/client-s3';
import { FreshcarError } from '../errors.ts';
import { defaultRetry, type RetryOptions, retry } from './retry.ts';
import { getObject, headObject, putObject } from './s3-object.ts';

/** Small texts kept beside an object's bytes. */
export type Notes = Readonly<Record<string, string>>;

/** A bucket in which nothing is ever overwritten. Every method throws FreshcarError `unavailable` or `not-found`. */
export interface WriteOnceBucket {
  readonly location: string;
  /** Writes an object unless there is one; returns whether it did. Of several at once, one does. */
  add(key: string, bytes: Uint8Array, notes?: Notes): Promise<boolean>;
  /** Its size and its notes; undefined when there is no such object. */
  describe(key: string): Promise<{ readonly bytes: number; readonly notes: Notes } | undefined>;
  /** Undefined when there is no such object. */
  read(key: string): Promise<Uint8Array | undefined>;
}

export interface WriteOnceOptions {
  /** Make it with `maxAttempts: 1`: this module retries by itself. */
  readonly client: S3Client;
  readonly bucket: string;
  /** One attempt takes at most this many milliseconds; default 60,000. */
  readonly timeout?: number;
  readonly retry?: RetryOptions;
}

/** Its server has to know `If-None-Match` of PutObject, as Amazon S3 does since 2024. */
export function writeOnceBucket(options: WriteOnceOptions): WriteOnceBucket {
  const { client, bucket, timeout = 60_000, retry: retryOptions = defaultRetry } = options;
  const again = <T>(work: () => Promise<T>) => retry(work, retryOptions);
  return {
    location: `s3://${bucket}/`,
    add: (key, bytes, notes) =>
      again(() => putObject(client, { bucket, key, timeout, bytes, replaces: undefined, notes })),
    describe: (key) => optional(again(() => headObject(client, { bucket, key, timeout }))),
    read: async (key) => (await optional(again(() => getObject(client, { bucket, key, timeout }))))?.bytes,
  };
}

async function optional<T>(found: Promise<T>): Promise<T | undefined> {
  try {
    return await found;
  } catch (error) {
    if (error instanceof FreshcarError && error.code === 'not-found' && !/^There is no bucket/.test(error.message))
      return undefined;
    throw error;
  }
}
