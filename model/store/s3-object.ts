import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { GetObjectCommand, HeadObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { FreshcarError } from '../errors.ts';
import type { GetOptions, ObjectOptions, S3Object } from './bucket-source.ts';
import { explainS3, statusOf } from './s3-error.ts';

/** One attempt at one object, in time or not at all. */

/**
 * Reads an object; undefined when it still has the ETag that the caller knows.
 *
 * @throws FreshcarError as `explainS3` does.
 */
export async function getObject(client: S3Client, options: GetOptions): Promise<S3Object | undefined> {
  const { bucket, key, timeout, knownEtag, limit = Number.POSITIVE_INFINITY } = options;
  const abortSignal = AbortSignal.timeout(timeout);
  try {
    const command = new GetObjectCommand({ Bucket: bucket, Key: key, IfNoneMatch: knownEtag });
    const { Body, ETag, ContentLength = 0 } = await client.send(command, { abortSignal });
    if (ContentLength > limit) {
      // What is not read would keep its connection for ever.
      if (Body instanceof Readable) Body.destroy();
      throw tooLong(options, ContentLength);
    }
    // The signal ends the wait for the answer only; a body that stalls later has to be given up here.
    const bytes = await withSignal(Body?.transformToByteArray() ?? Promise.resolve(new Uint8Array()), abortSignal);
    return { bytes, etag: ETag ?? '' };
  } catch (error) {
    if (error instanceof FreshcarError) throw error;
    if (statusOf(error) === 304) return undefined;
    throw explainS3(error, { ...options, action: 'read' });
  }
}

function tooLong({ bucket, key, limit }: GetOptions, bytes: number): FreshcarError {
  const message = `s3://${bucket}/${key} is damaged: it has ${bytes} bytes instead of ${limit}.`;
  return new FreshcarError('damaged-bundle', message);
}

/**
 * The size and the notes of an object.
 *
 * @throws FreshcarError as `explainS3` does.
 */
export async function headObject(client: S3Client, options: ObjectOptions) {
  const { bucket, key, timeout } = options;
  const command = new HeadObjectCommand({ Bucket: bucket, Key: key });
  try {
    const { ContentLength = 0, Metadata = {} } = await client.send(command, {
      abortSignal: AbortSignal.timeout(timeout),
    });
    return { bytes: ContentLength, notes: Metadata };
  } catch (error) {
    throw explainS3(error, { ...options, action: 'read' });
  }
}

export interface PutOptions extends ObjectOptions {
  readonly bytes: Uint8Array;
  /** The ETag of the object that is to be replaced; undefined when there must be none. */
  readonly replaces: string | undefined;
  /** Kept beside the bytes; with them the server is told a SHA-256 too, and refuses bytes that arrive otherwise. */
  readonly notes?: Readonly<Record<string, string>> | undefined;
}

/**
 * Writes an object whole, if what is there is what the caller expects; returns whether it was.
 *
 * @throws FreshcarError as `explainS3` does.
 */
export async function putObject(client: S3Client, options: PutOptions): Promise<boolean> {
  const { bucket, key, timeout, bytes, replaces, notes } = options;
  const condition = replaces === undefined ? { IfNoneMatch: '*' } : { IfMatch: replaces };
  const command = new PutObjectCommand({
    Bucket: bucket,
    Key: key,
    Body: bytes,
    ContentType: contentTypeOf(key),
    ...(notes && { Metadata: notes, ChecksumSHA256: createHash('sha256').update(bytes).digest('base64') }),
    ...condition,
  });
  try {
    await client.send(command, { abortSignal: AbortSignal.timeout(timeout) });
    return true;
  } catch (error) {
    const status = statusOf(error);
    // 412 when the condition does not hold; 404 when what was to be replaced is gone.
    if (status === 412 || (status === 404 && replaces !== undefined && !isBucketMissing(error))) return false;
    throw explainS3(error, { ...options, action: 'written' });
  }
}

function isBucketMissing(error: unknown): boolean {
  return error instanceof Error && error.name === 'NoSuchBucket';
}

function contentTypeOf(key: string): string {
  const types = {
    json: 'application/json',
    tar: 'application/x-tar',
    png: 'image/png',
    md: 'text/markdown; charset=utf-8',
  } as const;
  const found = Object.entries(types).find(([extension]) => key.endsWith(`.${extension}`));
  return found?.[1] ?? 'application/octet-stream';
}

function withSignal<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
