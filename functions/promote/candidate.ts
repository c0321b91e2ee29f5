import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { type Manifest, manifestName } from '../../model/bundle/manifest.ts';
import { entryOf, parseManifest, verifyFile } from '../../model/bundle/read.ts';
import { FreshcarError } from '../../model/errors.ts';

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
 * @throws FreshcarError `unavailable` when it cannot be read, `damaged-bundle` when its manifest is none.
 */
export async function openCandidate(client: S3Client, bucket: string, folder: string): Promise<Candidate> {
  const read = async (name: string): Promise<Uint8Array> => {
    try {
      const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: `${folder}${name}` }));
      return (await Body?.transformToByteArray()) ?? new Uint8Array();
    } catch (cause) {
      const reason = cause instanceof Error ? cause.name : 'unknown error';
      throw new FreshcarError('unavailable', `s3://${bucket}/${folder}${name} could not be read: ${reason}.`, {
        cause,
      });
    }
  };
  return {
    manifest: parseManifest(await read(manifestName), `s3://${bucket}/${folder}`),
    readFile: async (manifest, name) => verifyFile(await read(name), entryOf(manifest, name), name),
  };
}
