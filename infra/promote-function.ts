import { CfnElement, CfnOutput, Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import type { Settings } from './context.ts';
import { modelsPrefix } from './model-bucket.ts';
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
  const logGroup = new LogGroup(scope, 'PromoteLog', {
    retention: settings.logDays,
    removalPolicy: RemovalPolicy.DESTROY,
  });
  const role = new Role(scope, 'PromoteRole', {
    description: 'What the promotion of a model may do',
    assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
  });
  const allow = (actions: string[], bucket: IBucket, prefix: string) => {
    role.addToPolicy(new PolicyStatement({ actions, resources: [bucket.arnForObjects(`${prefix}*`)] }));
    Validations.of(role).acknowledge({
      id: `AwsSolutions::AwsSolutions-IAM5[Resource::${nameOf(scope, bucket)}/${prefix}*]`,
      reason: `Models have names of their own; the right ends at ${prefix}, and nothing can be deleted with it.`,
    });
  };
  allow(['s3:GetObject'], artefacts, artefactPrefixes.candidates);
  allow(['s3:GetObject', 's3:PutObject'], models, modelsPrefix);
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

/**
 * A bucket as AWS's rules write it: `<Models.Arn>`; for one of another stack, the whole of how the CDK refers to that
 * stack's output.
 */
function nameOf(scope: Construct, bucket: IBucket): string {
  const { defaultChild } = bucket.node;
  if (!CfnElement.isCfnElement(defaultChild)) return '';
  const stack = Stack.of(bucket);
  const name = stack.getLogicalId(defaultChild);
  if (stack === Stack.of(scope)) return `<${name}.Arn>`;
  const { stackName: StackName } = stack;
  const OutputName = outputName({ 'Fn::GetAtt': [name, 'Arn'] });
  return JSON.stringify({ 'Fn::GetStackOutput': { StackName, Region: { Ref: 'AWS::Region' }, OutputName } });
}

/** What the CDK calls the output that it makes for another stack's sake, hash and all: such an output's name in a stack of its own. */
function outputName(value: unknown): string {
  const stack = new Stack();
  const output = new CfnOutput(new Construct(stack, 'Publish'), `Output${JSON.stringify(value)}`, { value: 'unused' });
  return stack.getLogicalId(output);
}
