import { Duration } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Architecture, Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { modelsPrefix } from '../../model/store/pointer.ts';
import type { Settings } from '../context.ts';
import { allowObjects } from '../shared/allow-objects.ts';
import { createFunctionRole } from '../shared/function-role.ts';

export interface BulkFunctionProps {
  /** The folder that `buildLambdaAsset` made of functions/bulk. */
  readonly code: string;
  readonly models: IBucket;
  readonly cars: IBucket;
  readonly settings: Pick<Settings, 'memory' | 'logDays'>;
}

/** Megabytes: a shard is in memory as a whole, twice when it is put together; ten thousand cars were seen to take 400. */
const leastMemory = 1024;

/** The function that draws the shards of a generation: it reads models, and adds to one bucket. */
export function createBulkFunction(
  scope: Construct,
  { code, models, cars, settings }: BulkFunctionProps,
): LambdaFunction {
  const { logGroup, role } = createFunctionRole(scope, {
    name: 'Bulk',
    description: 'What bulk generation may do',
    settings,
  });
  allowObjects(role, {
    actions: ['s3:GetObject'],
    bucket: models,
    prefix: modelsPrefix,
    reason: 'A generation may ask for any model; the right is to read, and below one prefix.',
  });
  allowObjects(role, {
    actions: ['s3:GetObject', 's3:PutObject'],
    bucket: cars,
    prefix: '',
    reason: 'The whole bucket is for generations, in whatever folders; nothing can be deleted with the right.',
  });
  // Without it a shard that is missing could not be told from one that is forbidden.
  role.addToPolicy(new PolicyStatement({ actions: ['s3:ListBucket'], resources: [cars.bucketArn] }));
  logGroup.grantWrite(role);
  return new LambdaFunction(scope, 'Bulk', {
    description: 'Draws the shards of a bulk generation',
    runtime: Runtime.NODEJS_24_X,
    architecture: Architecture.X86_64,
    code: Code.fromAsset(code),
    handler: 'handler.handler',
    memorySize: Math.max(settings.memory, leastMemory),
    // A shard takes half a minute on a whole vCPU, and two minutes on the smallest part of one.
    timeout: Duration.minutes(15),
    role,
    logGroup,
    environment: { MODEL_BUCKET: models.bucketName, MODEL_PREFIX: modelsPrefix, CAR_BUCKET: cars.bucketName },
  });
}
