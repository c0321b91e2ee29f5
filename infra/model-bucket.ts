import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';

/** Where a store keeps its bundles; every key of the bucket begins with it. */
export const modelsPrefix = 'models/';

/**
 * The bucket that holds the models and the pointer to the served one: private, encrypted, over TLS only. It has versions,
 * so that a pointer or a bundle that was overwritten by mistake can be had back, and it outlives the stack.
 */
export function createModelBucket(scope: Construct): Bucket {
  const bucket = new Bucket(scope, 'Models', {
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
    encryption: BucketEncryption.S3_MANAGED,
    enforceSSL: true,
    minimumTLSVersion: 1.2,
    versioned: true,
    lifecycleRules: [
      { id: 'DropUnfinishedUploads', abortIncompleteMultipartUploadAfter: Duration.days(7) },
      { id: 'DropReplacedVersions', noncurrentVersionExpiration: Duration.days(90) },
    ],
    removalPolicy: RemovalPolicy.RETAIN,
  });
  Validations.of(bucket).acknowledge({
    id: 'AwsSolutions::AwsSolutions-S1',
    reason:
      'The one reader is the function, once for each cold start, and what it read is in its log. Access logs would cost more than the bucket and want a second one.',
  });
  return bucket;
}
