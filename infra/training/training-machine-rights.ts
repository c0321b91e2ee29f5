import { ArnFormat, Stack, Validations } from 'aws-cdk-lib';
import { type IRole, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { jobPrefix } from './training-jobs.ts';

/** SageMaker's kinds of jobs that are waited for: what begins their ARNs, and how Step Functions calls its own rule for each. */
const kinds = {
  Training: { resource: 'training-job', events: 'TrainingJobs' },
  Processing: { resource: 'processing-job', events: 'ProcessingJobs' },
  HyperParameterTuning: { resource: 'hyper-parameter-tuning-job', events: 'TuningJobs' },
} as const;

/**
 * What Step Functions needs to start a job of SageMaker, wait for it, and stop it when the execution is stopped.
 * https://docs.aws.amazon.com/step-functions/latest/dg/connect-sagemaker.html
 *
 * @param role What the jobs run as.
 */
export function allowJobs(machine: StateMachine, role: IRole, called: readonly (keyof typeof kinds)[]): void {
  const stack = Stack.of(machine);
  const allow = (actions: string[], resources: string[], conditions?: Record<string, unknown>) =>
    machine.addToRolePolicy(new PolicyStatement({ actions, resources, ...(conditions && { conditions }) }));
  for (const kind of called) {
    const { resource } = kinds[kind];
    const jobs = stack.formatArn({ service: 'sagemaker', resource, resourceName: `${jobPrefix}*` });
    const calls = ['Create', 'Describe', 'Stop'].map((verb) => `sagemaker:${verb}${kind}Job`);
    allow([...calls, 'sagemaker:AddTags', 'sagemaker:ListTags'], [jobs]);
    Validations.of(machine).acknowledge({
      id: `AwsSolutions::AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:sagemaker:<AWS::Region>:<AWS::AccountId>:${resource}/${jobPrefix}*]`,
      reason: `Each execution names its ${resource.replaceAll('-', ' ')} after itself, behind this prefix.`,
    });
  }
  allow(['iam:PassRole'], [role.roleArn], { StringEquals: { 'iam:PassedToService': 'sagemaker.amazonaws.com' } });
  const rules = called.map((kind) => `StepFunctionsGetEventsForSageMaker${kinds[kind].events}Rule`);
  allow(
    ['events:PutTargets', 'events:PutRule', 'events:DescribeRule'],
    rules.map((resourceName) =>
      stack.formatArn({ service: 'events', resource: 'rule', resourceName, arnFormat: ArnFormat.SLASH_RESOURCE_NAME }),
    ),
  );
}
