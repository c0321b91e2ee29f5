import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import { BlockPublicAccess, Bucket, BucketEncryption, type LifecycleRule, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';

export interface PrivateBucketProps {
  /** For how many days an object that was replaced or deleted can be had back. */
  readonly keepReplacedDays: number;
  /** Further rules, beside those for replaced objects and unfinished uploads. */
  readonly rules?: readonly LifecycleRule[];
  /** Why nobody needs a log of who read what; cdk-nag asks for one. */
  readonly noAccessLog: string;
}

/**
 * A bucket as all of ours are: private, encrypted, over TLS only. It has versions, so that what was overwritten by mistake can
 * be had back, and it outlives its stack.
 */
export function createPrivateBucket(
  scope: Construct,
  id: string,
  { keepReplacedDays, rules = [], noAccessLog }: PrivateBucketProps,
): Bucket {
  const bucket = new Bucket(scope, id, {
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
    encryption: BucketEncryption.S3_MANAGED,
    enforceSSL: true,
    minimumTLSVersion: 1.2,
    versioned: true,
    lifecycleRules: [
      { id: 'DropUnfinishedUploads', abortIncompleteMultipartUploadAfter: Duration.days(7) },
      { id: 'DropReplacedVersions', noncurrentVersionExpiration: Duration.days(keepReplacedDays) },
      ...rules,
    ],
    removalPolicy: RemovalPolicy.RETAIN,
  });
  Validations.of(bucket).acknowledge({ id: 'AwsSolutions::AwsSolutions-S1', reason: noAccessLog });
  return bucket;
}
