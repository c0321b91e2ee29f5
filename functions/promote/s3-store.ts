import { PutObjectCommand, type S3Client, S3ServiceException } from '@aws-sdk/client-s3';
import { FreshcarError } from '../../model/errors.ts';
import { modelsPrefix, pointerName } from '../../model/store/pointer.ts';
import { s3Source } from '../../model/store/s3.ts';
import type { BundleSource, Pointer } from '../../model/store/store.ts';

/** A store of bundles that takes new ones and overwrites nothing that the writer has not seen. */
export interface PromotionStore extends BundleSource {
  /** Adds a file to a version; returns false, and changes nothing, when one of that name is there already. */
  addFile(version: string, name: string, bytes: Uint8Array): Promise<boolean>;
  /**
   * Replaces the pointer that `etag` was read with, or writes the first one when `etag` is undefined.
   *
   * @throws FreshcarError `conflict` when it is no longer as it was read.
   */
  writePointer(pointer: Pointer, etag: string | undefined): Promise<void>;
}

export interface S3StoreOptions {
  readonly client: S3Client;
  readonly bucket: string;
  /** What every key begins with; default `models/`. */
  readonly prefix?: string;
}

/** A bucket as such a store, by the conditional writes that Amazon S3 knows since 2024. */
export function s3PromotionStore({ client, bucket, prefix = modelsPrefix }: S3StoreOptions): PromotionStore {
  const put = async (key: string, bytes: Uint8Array, etag: string | undefined): Promise<boolean> => {
    const condition = etag === undefined ? { IfNoneMatch: '*' } : { IfMatch: etag };
    try {
      await client.send(new PutObjectCommand({ Bucket: bucket, Key: `${prefix}${key}`, Body: bytes, ...condition }));
      return true;
    } catch (cause) {
      const status = cause instanceof S3ServiceException ? cause.$metadata.httpStatusCode : undefined;
      // 412: the condition does not hold; 409: somebody else is writing the same object.
      if (status === 412 || status === 409) return false;
      const reason = cause instanceof Error ? cause.name : 'unknown error';
      throw new FreshcarError('unavailable', `s3://${bucket}/${prefix}${key} could not be written: ${reason}.`, {
        cause,
      });
    }
  };
  return {
    ...s3Source({ client, bucket, prefix }),
    addFile: (version, name, bytes) => put(`${version}/${name}`, bytes, undefined),
    async writePointer(pointer, etag) {
      const text = Buffer.from(`${JSON.stringify(pointer)}\n`);
      if (await put(pointerName, text, etag)) return;
      throw new FreshcarError('conflict', 'Somebody else promoted or rolled back meanwhile; nothing was changed.');
    },
  };
}
