import { Duration } from 'aws-cdk-lib';
import { Architecture, Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { candidatesPrefix, modelsPrefix } from '../../model/store/pointer.ts';
import type { Settings } from '../context.ts';
import { allowObjects } from '../shared/allow-objects.ts';
import { createFunctionRole } from '../shared/function-role.ts';
import { artefactPrefixes } from './training-buckets.ts';

export interface PromoteFunctionProps {
  /** The folder that `buildLambdaAsset` made of functions/promote. */
  readonly code: string;
  readonly models: IBucket;
  readonly artefacts: IBucket;
  readonly settings: Settings;
}

/** The function that puts a new model beside the others, and has it served if it is better. */
export function createPromoteFunction(scope: Construct, props: PromoteFunctionProps): LambdaFunction {
  const { code, models, artefacts, settings } = props;
  const { logGroup, role } = createFunctionRole(scope, {
    name: 'Promote',
    description: 'What the promotion of a model may do',
    settings,
  });
  const allow = (actions: string[], bucket: IBucket, prefix: string) =>
    allowObjects(role, {
      actions,
      bucket,
      prefix,
      reason: `Models have names of their own; the right ends at ${prefix} of the ${bucket === models ? 'store' : 'trainings'}, and nothing can be deleted with it.`,
    });
  allow(['s3:GetObject'], artefacts, artefactPrefixes.candidates);
  for (const prefix of [modelsPrefix, candidatesPrefix()]) allow(['s3:GetObject', 's3:PutObject'], models, prefix);
  logGroup.grantWrite(role);
  return new LambdaFunction(scope, 'Promote', {
    description: 'Lets a new model through if it is better',
    runtime: Runtime.NODEJS_24_X,
    architecture: Architecture.X86_64,
    code: Code.fromAsset(code),
    handler: 'handler.handler',
    memorySize: settings.memory,
    timeout: Duration.minutes(2),
    role,
    logGroup,
    environment: {
      MODEL_BUCKET: models.bucketName,
      MODEL_PREFIX: modelsPrefix,
      CANDIDATE_BUCKET: artefacts.bucketName,
    },
  });
}
