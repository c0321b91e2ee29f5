import { CfnElement, Duration, IgnoreMode, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { Platform } from 'aws-cdk-lib/aws-ecr-assets';
import { Effect, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  Alias,
  Architecture,
  Code,
  type FunctionProps,
  Handler,
  Function as LambdaFunction,
  Runtime,
  Tracing,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { modelsPrefix } from '../../model/store/pointer.ts';
import type { ImageSource } from '../assets/image-source.ts';
import type { Settings } from '../context.ts';
import { metricNamespace } from '../shared/stage.ts';

/** What the function is made of: the folder that `buildLambdaAsset` made for a zip, or the source of an image. */
export type CarCode = string | ImageSource;

export interface CarFunctionProps {
  readonly bucket: IBucket;
  readonly code: CarCode;
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
      architecture: settings.architecture === 'arm64' ? Architecture.ARM_64 : Architecture.X86_64,
      ...packageOf(code),
      memorySize: settings.memory,
      timeout: Duration.seconds(settings.timeout),
      ...(settings.reservedConcurrency && { reservedConcurrentExecutions: settings.reservedConcurrency }),
      role: createRole(this, bucket, this.log, settings.tracing),
      tracing: settings.tracing ? Tracing.ACTIVE : Tracing.DISABLED,
      logGroup: this.log,
      environment: {
        MODEL_BUCKET: bucket.bucketName,
        MODEL_PREFIX: modelsPrefix,
        ...(settings.stage !== undefined && { METRICS_NAMESPACE: metricNamespace(settings) }),
      },
    });
    this.live = new Alias(this, 'Live', {
      aliasName: 'live',
      version: this.function.currentVersion,
      ...(settings.provisionedConcurrency > 0 && {
        provisionedConcurrentExecutions: settings.provisionedConcurrency,
      }),
    });
    // Pings are the only calls that nobody waits for. One that failed is not tried again for hours: the next one is near.
    this.live.configureAsyncInvoke({ retryAttempts: 0, maxEventAge: Duration.minutes(1) });
  }
}

function packageOf(code: CarCode): Pick<FunctionProps, 'runtime' | 'handler' | 'code'> {
  if (typeof code === 'string')
    return { runtime: Runtime.NODEJS_24_X, handler: 'handler.handler', code: Code.fromAsset(code) };
  const { directory, ...source } = code;
  const image = { ...source, ignoreMode: IgnoreMode.DOCKER, platform: Platform.LINUX_AMD64 };
  return {
    runtime: Runtime.FROM_IMAGE,
    handler: Handler.FROM_IMAGE,
    code: Code.fromAssetImage(directory, image),
  };
}

/**
 * The function may read the models and write its own log, no more. It may not list the bucket, so S3 answers 403 for a
 * model that is missing as well as for one that is forbidden; the error message names both reasons, and that is cheaper
 * than the right to list.
 */
function createRole(scope: Construct, bucket: IBucket, logGroup: LogGroup, tracing: boolean): Role {
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
  if (tracing)
    Validations.of(role).acknowledge({
      id: 'AwsSolutions::AwsSolutions-IAM5[Resource::*]',
      reason: 'X-Ray knows no resources to write traces to; the right is to write them, no more.',
    });
  return role;
}

function logicalId(bucket: IBucket): string {
  const { defaultChild } = bucket.node;
  return CfnElement.isCfnElement(defaultChild) ? Stack.of(bucket).getLogicalId(defaultChild) : '';
}
