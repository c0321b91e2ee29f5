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

const signInAgain = 'Sign in again: aws sso login, or new keys by aws configure.';
const nameRegion = 'Name the right one: AWS_REGION, or aws configure set region.';

/** Answers that have nothing to do with the object: what is wrong, and what mends it. */
const faultsOfCaller: Readonly<Record<string, string>> = {
  ExpiredToken: `The login to AWS has expired. ${signInAgain}`,
  TokenRefreshRequired: `The login to AWS has expired. ${signInAgain}`,
  InvalidToken: `The session token is none of AWS's. ${signInAgain}`,
  InvalidAccessKeyId: `AWS knows no such access key. ${signInAgain} AWS_PROFILE chooses among several.`,
  SignatureDoesNotMatch: 'The secret key is not the one of this access key. Enter both anew: aws configure.',
  AccountProblem: 'There is something wrong with the AWS account itself. Its Billing page says what.',
  AllAccessDisabled: 'AWS has disabled all access to this bucket. Its support says why.',
  NotSignedUp: 'The AWS account is not signed up for S3. Its console does that.',
  PermanentRedirect: `The bucket is in another region. ${nameRegion}`,
  AuthorizationHeaderMalformed: `The bucket is in another region. ${nameRegion}`,
  // Of the SDK, before it asks anybody.
  CredentialsProviderError: `There are no credentials for AWS. ${signInAgain} AWS_PROFILE chooses among several.`,
  TokenProviderError: `The login to AWS has expired. ${signInAgain}`,
  RegionMissing: `There is no AWS region. ${nameRegion}`,
};

/** The SDK corrects its clock by the answer's, so that the next attempt may pass. */
const skewedClock =
  "This machine's clock differs from AWS's by more than 15 minutes. Set it: timedatectl set-ntp true.";

export function statusOf(error: unknown): number | undefined {
  return error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;
}

/** Says which object could not be had or written, why, and what to look at; only what may pass by itself is transient. */
export function explainS3(error: unknown, call: FailedCall): FreshcarError {
  const { bucket, key, timeout, action } = call;
  const object = `s3://${bucket}/${key}`;
  const failed = `${object} could not be ${action}`;
  const status = statusOf(error);
  const name = nameOf(error);
  const cause = { cause: error };
  const ofCaller = faultsOfCaller[name];
  if (ofCaller !== undefined) return new FreshcarError('unavailable', `${failed}. ${ofCaller}`, cause);
  if (name === 'RequestTimeTooSkewed') return new TransientError(`${failed}. ${skewedClock}`, cause);
  if (name.startsWith('KMS.'))
    return new FreshcarError('unavailable', `${failed}: the key that encrypts it cannot be used, ${name}.`, cause);
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
  // An answer to HEAD has no body that could say more.
  if (/^(AccessDenied|Forbidden|Unknown.*|403)$/.test(name) && status === 403) return denied(object, call, cause);
  if (name === 'AbortError' || name === 'TimeoutError')
    return new TransientError(`${failed} within ${timeout} ms.`, cause);
  // 409: another write of the same object was under way. 429: too many calls.
  if (status !== undefined && status >= 400 && status < 500 && status !== 429 && status !== 409)
    return new FreshcarError('unavailable', `S3 refused: ${object} cannot be ${action}, ${name} (${status}).`, cause);
  const reason = status === undefined ? name : `${name} (${status})`;
  return new TransientError(`${failed}: ${reason}.`, cause);
}

/** S3's code, that of the connection (`ECONNREFUSED`), or the error's own name. */
function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown error';
  if (error.message === 'Region is missing') return 'RegionMissing';
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name;
  return error.name === 'Error' ? code : error.name;
}

function denied(object: string, { action, deniedIsMissing }: FailedCall, cause: { cause: unknown }): FreshcarError {
  const hint = action === 'read' ? ' Without s3:ListBucket a missing object is answered like this too.' : '';
  const message = `Access to ${object} was denied. The role needs ${rights[action]} on it.${hint}`;
  return new FreshcarError(deniedIsMissing ? 'not-found' : 'unavailable', message, cause);
}
