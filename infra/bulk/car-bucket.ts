import { Duration } from 'aws-cdk-lib';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { createPrivateBucket } from '../shared/private-bucket.ts';

/** The folder in which Step Functions keeps what became of each shard; beside the destinations, which begin otherwise. */
export const mapRuns = '.map-runs';

/** What bulk generation leaves. The cars stay until the operator deletes them. */
export function createCarBucket(scope: Construct): Bucket {
  return createPrivateBucket(scope, 'Cars', {
    keepReplacedDays: 30,
    rules: [{ id: 'DropMapRuns', prefix: `${mapRuns}/`, expiration: Duration.days(90) }],
    noAccessLog:
      'Its one writer writes each object once and logs it, and whoever reads cars that do not exist is not asked.',
  });
}
