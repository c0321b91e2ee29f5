import type { Bucket } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { createPrivateBucket } from './private-bucket.ts';

/** The bucket that holds the models and the pointer to the served one. */
export function createModelBucket(scope: Construct): Bucket {
  return createPrivateBucket(scope, 'Models', {
    keepReplacedDays: 90,
    noAccessLog:
      'The one reader is the function, once for each cold start, and what it read is in its log. Access logs would cost more than the bucket and want a second one.',
  });
}
