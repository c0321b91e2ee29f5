import { S3ServiceException } from '@aws-sdk/client-s3';
import { FreshcarError } from '../errors.ts';
import { TransientError } from './retry.ts';

export interface FailedCall {
  readonly bucket: string;
  readonly key: string;
  readonly timeout: number;
  /** What was to be done with the object. */
  readonly action: 'read' | 'written';
  readonly deniedIsMissing?: boolean;
}

const rights = { read: 's3:GetObject', written: 's3:PutObject' } as const;

export function statusOf(error: unknown): number | undefined {
  return error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;
}

/** Says which object could not be had or written, why, and what to look at; only what may pass by itself is transient. */
export function explainS3(error: unknown, call: FailedCall): FreshcarError {
  const { bucket, key, timeout, action } = call;
  const object = `s3://${bucket}/${key}`;
  const status = statusOf(error);
  const name = error instanceof Error ? error.name : 'unknown error';
  const cause = { cause: error };
  if (name === 'NoSuchBucket')
    return new FreshcarError('not-found', `There is no bucket ${bucket}, so ${object} cannot be ${action}.`, cause);
  if (status === undefined && /credentials?provider/i.test(name))
    return new FreshcarError(
      'unavailable',
      `No credentials for S3 were found, so ${object} cannot be ${action}. Sign in to AWS, or set AWS_PROFILE.`,
      cause,
    );
  if (status === undefined && error instanceof Error && /region is missing/i.test(error.message))
    return new FreshcarError(
      'unavailable',
      `No region is set, so ${object} cannot be ${action}. Set AWS_REGION.`,
      cause,
    );
  if (status === 404) return new FreshcarError('not-found', `There is no ${object}.`, cause);
  if (status === 403) return denied(object, call, cause);
  if (name === 'AbortError' || name === 'TimeoutError')
    return new TransientError(`${object} could not be ${action} within ${timeout} ms.`, cause);
  // 409: another write of the same object was under way. 429: too many calls.
  if (status !== undefined && status >= 400 && status < 500 && status !== 429 && status !== 409)
    return new FreshcarError('unavailable', `S3 refused: ${object} cannot be ${action}, ${name} (${status}).`, cause);
  const reason = status === undefined ? name : `${name} (${status})`;
  return new TransientError(`${object} could not be ${action}: ${reason}.`, cause);
}

function denied(object: string, { action, deniedIsMissing }: FailedCall, cause: { cause: unknown }): FreshcarError {
  const hint = action === 'read' ? ' Without s3:ListBucket a missing object is answered like this too.' : '';
  const message = `Access to ${object} was denied. The role needs ${rights[action]} on it.${hint}`;
  return new FreshcarError(deniedIsMissing ? 'not-found' : 'unavailable', message, cause);
}
