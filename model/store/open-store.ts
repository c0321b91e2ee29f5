import { stat } from 'node:fs/promises';
import path from 'node:path';
import { manifestName } from '../bundle/manifest.ts';
import { FreshcarError } from '../errors.ts';
import { folderStore } from './folder-store.ts';
import { modelsPrefix } from './pointer.ts';
import type { BundleStore } from './store.ts';

/**
 * Opens a store to write to: `s3://bucket`, `s3://bucket/prefix/`, or a folder, which need not exist yet.
 *
 * Credentials, region and endpoint of S3 come from where AWS's own tools take them from; with `AWS_ENDPOINT_URL_S3` or
 * `AWS_ENDPOINT_URL` set, buckets are addressed by path, as other S3 servers want it.
 *
 * @throws FreshcarError `invalid-input` when it can be neither.
 */
export async function openStore(place: string, environment: NodeJS.ProcessEnv): Promise<BundleStore> {
  if (place.startsWith('s3://')) return openBucket(place, environment);
  if (/^[a-z][a-z0-9+.-]+:/i.test(place) && !/^[a-z]:[\\/]/i.test(place))
    throw new FreshcarError(
      'invalid-input',
      `${place} is neither a bucket nor a folder; write s3://bucket, s3://bucket/prefix/, or the path of a folder.`,
    );
  const location = path.resolve(place);
  const isBundle = await stat(path.join(location, manifestName)).then(
    () => true,
    () => false,
  );
  if (!isBundle) return folderStore(location);
  throw new FreshcarError('invalid-input', `${place} is a bundle, not a store of bundles; name another folder.`);
}

async function openBucket(place: string, environment: NodeJS.ProcessEnv): Promise<BundleStore> {
  const [, bucket, prefix] = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/((?:[\w.-]+\/)*)?)?$/.exec(place) ?? [];
  if (bucket === undefined)
    throw new FreshcarError(
      'invalid-input',
      `${place} names no bucket; write s3://bucket, or s3://bucket/prefix/ where the bundles have another prefix than ${modelsPrefix}.`,
    );
  // On Node 20 the SDK would print eight lines about its own future, between the sentences of a command.
  environment.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
  const [{ S3Client }, { s3Store }] = await Promise.all([import('@aws-sdk/client-s3'), import('./s3.ts')]);
  const forcePathStyle = (environment.AWS_ENDPOINT_URL_S3 ?? environment.AWS_ENDPOINT_URL) !== undefined;
  // s3Store retries by itself.
  return s3Store({ client: new S3Client({ maxAttempts: 1, forcePathStyle }), bucket, prefix: prefix || modelsPrefix });
}
