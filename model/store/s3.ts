import { GetObjectCommand, type S3Client, S3ServiceException } from '@aws-sdk/client-s3';
import { manifestName } from '../bundle/manifest.ts';
import { entryOf, parseManifest, verifyFile } from '../bundle/read.ts';
import { FreshcarError } from '../errors.ts';
import { checkVersion, modelsPrefix, parsePointer, pointerName } from './pointer.ts';
import { defaultRetry, type RetryOptions, retry, TransientError } from './retry.ts';
import type { BundleSource } from './store.ts';

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
  const get = (key: string, knownEtag?: string) =>
    retry(() => getObject(client, { bucket, key, timeout, knownEtag }), retryOptions);

  return {
    location: `s3://${bucket}/${prefix}`,
    async readPointer(knownEtag) {
      const key = `${prefix}${pointerName}`;
      const object = await get(key, knownEtag);
      if (!object || object.etag === knownEtag) return undefined;
      return { pointer: parsePointer(new TextDecoder().decode(object.bytes), nameOf(key)), etag: object.etag };
    },
    async readManifest(version) {
      checkVersion(version);
      const key = `${prefix}${version}/${manifestName}`;
      const manifest = parseManifest(await required(get(key), nameOf(key)), nameOf(`${prefix}${version}`));
      if (manifest.version === version) return manifest;
      throw new FreshcarError('damaged-bundle', `${nameOf(key)} says that it is the model ${manifest.version}.`);
    },
    async readFile(manifest, name) {
      const entry = entryOf(manifest, name);
      const key = `${prefix}${manifest.version}/${name}`;
      return verifyFile(await required(get(key), nameOf(key)), entry, nameOf(key));
    },
  };
}

interface S3Object {
  readonly bytes: Uint8Array;
  readonly etag: string;
}

interface GetOptions {
  readonly bucket: string;
  readonly key: string;
  readonly timeout: number;
  readonly knownEtag: string | undefined;
}

/** One attempt; undefined when the object still has the ETag that the caller knows. */
async function getObject(client: S3Client, options: GetOptions): Promise<S3Object | undefined> {
  const { bucket, key, timeout, knownEtag } = options;
  const abortSignal = AbortSignal.timeout(timeout);
  try {
    const command = new GetObjectCommand({ Bucket: bucket, Key: key, IfNoneMatch: knownEtag });
    const { Body, ETag } = await client.send(command, { abortSignal });
    // The signal ends the wait for the answer only; a body that stalls later has to be given up here.
    const bytes = await withSignal(Body?.transformToByteArray() ?? Promise.resolve(new Uint8Array()), abortSignal);
    return { bytes, etag: ETag ?? '' };
  } catch (error) {
    if (statusOf(error) === 304) return undefined;
    throw explain(error, bucket, key, timeout);
  }
}

async function required(object: Promise<S3Object | undefined>, name: string): Promise<Uint8Array> {
  const bytes = (await object)?.bytes;
  if (!bytes) throw new FreshcarError('unavailable', `${name} came back as unchanged although it was never read.`);
  return bytes;
}

function withSignal<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

function statusOf(error: unknown): number | undefined {
  return error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;
}

/** Says which object could not be had, why, and what to look at; only what may pass by itself is transient. */
function explain(error: unknown, bucket: string, key: string, timeout: number): FreshcarError {
  const object = `s3://${bucket}/${key}`;
  const status = statusOf(error);
  const name = error instanceof Error ? error.name : 'unknown error';
  const cause = { cause: error };
  if (name === 'NoSuchBucket') {
    return new FreshcarError('not-found', `There is no bucket ${bucket}, so ${object} cannot be read.`, cause);
  }
  if (status === 404) return new FreshcarError('not-found', `There is no ${object}.`, cause);
  if (status === 403) {
    const hint = 'The role needs s3:GetObject on it; without s3:ListBucket a missing object is answered like this too.';
    return new FreshcarError('unavailable', `Access to ${object} was denied. ${hint}`, cause);
  }
  if (name === 'AbortError' || name === 'TimeoutError') {
    return new TransientError(`${object} did not arrive within ${timeout} ms.`, cause);
  }
  if (status !== undefined && status >= 400 && status < 500 && status !== 429) {
    return new FreshcarError('unavailable', `S3 refused to give ${object}: ${name} (${status}).`, cause);
  }
  const reason = status === undefined ? name : `${name} (${status})`;
  return new TransientError(`${object} could not be read: ${reason}.`, cause);
}
