import { CfnElement, Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { Effect, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Alias, Architecture, Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import type { Settings } from './context.ts';
import { modelsPrefix } from './model-bucket.ts';

export interface CarFunctionProps {
  readonly bucket: IBucket;
  /** The folder that `buildLambdaAsset` made. */
  readonly code: string;
  readonly settings: Settings;
}

/** The function that draws the cars, and the alias that everyone calls it by. */
export class CarFunction extends Construct {
  readonly function: LambdaFunction;
  readonly live: Alias;
  readonly log: LogGroup;

  constructor(scope: Construct, id: string, { bucket, code, settings }: CarFunctionProps) {
    super(scope, id);
    this.log = new LogGroup(this, 'Log', {
      retention: settings.logDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.function = new LambdaFunction(this, 'Function', {
      description: 'Draws cars that do not exist',
      runtime: Runtime.NODEJS_24_X,
      // ONNX Runtime's native library has been reported to abort on Lambda's arm64 (microsoft/onnxruntime 10038).
      architecture: Architecture.X86_64,
      code: Code.fromAsset(code),
      handler: 'handler.handler',
      memorySize: settings.memory,
      timeout: Duration.seconds(settings.timeout),
      ...(settings.reservedConcurrency && { reservedConcurrentExecutions: settings.reservedConcurrency }),
      role: createRole(this, bucket, this.log),
      logGroup: this.log,
      environment: { MODEL_BUCKET: bucket.bucketName, MODEL_PREFIX: modelsPrefix },
    });
    this.live = new Alias(this, 'Live', {
      aliasName: 'live',
      version: this.function.currentVersion,
      ...(settings.provisionedConcurrency > 0 && {
        provisionedConcurrentExecutions: settings.provisionedConcurrency,
      }),
    });
  }
}

/**
 * The function may read the models and write its own log, no more. It may not list the bucket, so S3 answers 403 for a
 * model that is missing as well as for one that is forbidden; the error message names both reasons, and that is cheaper
 * than the right to list.
 */
function createRole(scope: Construct, bucket: IBucket, logGroup: LogGroup): Role {
  const role = new Role(scope, 'Role', {
    description: 'What the car function may do',
    assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
  });
  role.addToPolicy(
    new PolicyStatement({
      sid: 'ReadModels',
      effect: Effect.ALLOW,
      actions: ['s3:GetObject'],
      resources: [bucket.arnForObjects(`${modelsPrefix}*`)],
    }),
  );
  logGroup.grantWrite(role);
  Validations.of(role).acknowledge({
    id: `AwsSolutions::AwsSolutions-IAM5[Resource::<${logicalId(bucket)}.Arn>/${modelsPrefix}*]`,
    reason: 'Models that are trained later are read too, without a deploy; the right is to read, and below one prefix.',
  });
  return role;
}

function logicalId(bucket: IBucket): string {
  const { defaultChild } = bucket.node;
  return CfnElement.isCfnElement(defaultChild) ? Stack.of(bucket).getLogicalId(defaultChild) : '';
}
