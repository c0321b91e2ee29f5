import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import { BlockPublicAccess, Bucket, BucketEncryption, type LifecycleRule, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';

/** Where a run keeps its checkpoints, what SageMaker packs, and the unpacked models that were measured. */
export const artefactPrefixes = { checkpoints: 'checkpoints/', models: 'trained/', candidates: 'candidates/' } as const;

/** The packed photographs. They are the operator's own and stay until the operator deletes them. */
export function createDataBucket(scope: Construct): Bucket {
  return createBucket(scope, 'Data', []);
}

/** What trainings leave: a run can be gone on with for a month, and a model that was not let through is there for a year. */
export function createArtefactBucket(scope: Construct): Bucket {
  const { checkpoints, models, candidates } = artefactPrefixes;
  const drop = (id: string, prefix: string, days: number) => ({ id, prefix, expiration: Duration.days(days) });
  return createBucket(scope, 'Artefacts', [
    drop('DropCheckpoints', checkpoints, 30),
    drop('DropPackedModels', models, 90),
    drop('DropCandidates', candidates, 365),
  ]);
}

function createBucket(scope: Construct, id: string, rules: LifecycleRule[]): Bucket {
  const bucket = new Bucket(scope, id, {
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
    encryption: BucketEncryption.S3_MANAGED,
    enforceSSL: true,
    minimumTLSVersion: 1.2,
    versioned: true,
    lifecycleRules: [
      { id: 'DropUnfinishedUploads', abortIncompleteMultipartUploadAfter: Duration.days(7) },
      { id: 'DropReplacedVersions', noncurrentVersionExpiration: Duration.days(30) },
      ...rules,
    ],
    removalPolicy: RemovalPolicy.RETAIN,
  });
  Validations.of(bucket).acknowledge({
    id: 'AwsSolutions::AwsSolutions-S1',
    reason: 'Trainings are its readers and writers, a few a day at most, and each is on record in SageMaker by itself.',
  });
  return bucket;
}
