import { Duration } from 'aws-cdk-lib';
import type { Bucket, LifecycleRule } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { createPrivateBucket } from '../shared/private-bucket.ts';

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

function createBucket(scope: Construct, id: string, rules: readonly LifecycleRule[]): Bucket {
  return createPrivateBucket(scope, id, {
    keepReplacedDays: 30,
    rules,
    noAccessLog:
      'Trainings are its readers and writers, a few a day at most, and each is on record in SageMaker by itself.',
  });
}
