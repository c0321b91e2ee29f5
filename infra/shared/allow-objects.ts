import { CfnElement, CfnOutput, Stack, Validations } from 'aws-cdk-lib';
import { PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';

export interface ObjectRights {
  readonly actions: string[];
  readonly bucket: IBucket;
  /** What the objects' keys begin with; empty for the whole bucket. */
  readonly prefix: string;
  /** Why it is all objects with that prefix; AWS's rules ask. */
  readonly reason: string;
}

/** Lets a role do something with all objects of a bucket whose keys begin alike. */
export function allowObjects(role: Role, { actions, bucket, prefix, reason }: ObjectRights): void {
  role.addToPolicy(new PolicyStatement({ actions, resources: [bucket.arnForObjects(`${prefix}*`)] }));
  const id = `AwsSolutions::AwsSolutions-IAM5[Resource::${nameOf(Stack.of(role), bucket)}/${prefix}*]`;
  Validations.of(role).acknowledge({ id, reason });
}

/**
 * A bucket as AWS's rules write it: `<Models.Arn>`; for one of another stack, the whole of how the CDK refers to that
 * stack's output.
 */
function nameOf(from: Stack, bucket: IBucket): string {
  const { defaultChild } = bucket.node;
  if (!CfnElement.isCfnElement(defaultChild)) return '';
  const stack = Stack.of(bucket);
  const name = stack.getLogicalId(defaultChild);
  if (stack === from) return `<${name}.Arn>`;
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
