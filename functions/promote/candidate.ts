import type { S3Client } from '@aws-sdk/client-s3';
import { type Manifest, manifestName } from '../../model/bundle/manifest.ts';
import { entryOf, manifestLimit, parseManifest, verifyFile } from '../../model/bundle/read.ts';
import { defaultRetry, retry } from '../../model/store/retry.ts';
import { getObject } from '../../model/store/s3-object.ts';

/** A bundle that a training left, not yet in any store. */
export interface Candidate {
  readonly manifest: Manifest;
  /** The bytes of one of its files, checked. */
  readFile(manifest: Manifest, name: string): Promise<Uint8Array>;
}

/**
 * Opens the bundle that lies in a folder of a bucket.
 *
 * @param folder The beginning of its keys, up to a slash.
 * @throws FreshcarError `not-found` or `unavailable` when it cannot be read, `damaged-bundle` when its manifest is none.
 */
export async function openCandidate(client: S3Client, bucket: string, folder: string): Promise<Candidate> {
  const read = async (name: string, limit = manifestLimit): Promise<Uint8Array> => {
    const object = { bucket, key: `${folder}${name}`, timeout: 60_000, limit };
    return (await retry(() => getObject(client, object), defaultRetry))?.bytes ?? new Uint8Array();
  };
  return {
    manifest: parseManifest(await read(manifestName), `s3://${bucket}/${folder}`),
    readFile: async (manifest, name) => {
      const entry = entryOf(manifest, name);
      return verifyFile(await read(name, entry.bytes), entry, name);
    },
  };
}
