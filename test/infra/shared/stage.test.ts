import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it, vi } from 'vitest';
import { createOperations } from '../../../functions/generate/lambda/operations.ts';
import { stackNames } from '../../../infra/shared/stage.ts';
import { invocation } from '../../support/lambda-events.ts';
import { stubTrainingStack } from '../stub-stack.ts';

const everything = {
  cdn: true,
  warmCopies: 3,
  alarmEmail: 'cars@example.org',
  monthlyBudget: 20,
  trainingSchedule: 'rate(7 days)',
  training: true,
};

/** The resources of both stacks of a stage. */
function resourcesOf(context: Readonly<Record<string, unknown>>) {
  const { stack, serving } = stubTrainingStack({ ...everything, ...context });
  return [serving, stack].map(
    (each): Record<string, { Type: string; Properties?: Record<string, unknown> }> =>
      Template.fromStack(each).toJSON().Resources,
  );
}

/** Properties by which a resource asks for a name that an account, or one of its regions, has once. */
const physicalNames = {
  'AWS::Budgets::Budget': 'BudgetName',
  'AWS::CloudFront::CachePolicy': 'Name',
  'AWS::CloudWatch::Alarm': 'AlarmName',
  'AWS::CloudWatch::Dashboard': 'DashboardName',
  'AWS::CodeDeploy::Application': 'ApplicationName',
  'AWS::Events::Rule': 'Name',
  'AWS::IAM::Role': 'RoleName',
  'AWS::Lambda::Function': 'FunctionName',
  'AWS::Logs::LogGroup': 'LogGroupName',
  'AWS::S3::Bucket': 'BucketName',
  'AWS::Scheduler::Schedule': 'Name',
  'AWS::Scheduler::ScheduleGroup': 'Name',
  'AWS::SecretsManager::Secret': 'Name',
  'AWS::SNS::Topic': 'TopicName',
  'AWS::StepFunctions::StateMachine': 'StateMachineName',
} as const;
const isNamed = (type: string): type is keyof typeof physicalNames => type in physicalNames;

/** Those names, and the groups of metrics that are not AWS's own. */
function namesIn(stacks: ReturnType<typeof resourcesOf>): string[] {
  const resources = stacks.flatMap((stack) => Object.values(stack));
  const names = resources.flatMap(({ Type, Properties = {} }) => {
    const { CachePolicyConfig, Budget, ...others } = Properties as Record<string, Record<string, unknown>>;
    const name = isNamed(Type) && { ...others, ...CachePolicyConfig, ...Budget }[physicalNames[Type]];
    return typeof name === 'string' ? [`${Type} ${name}`] : [];
  });
  const namespaces = [...JSON.stringify(resources).matchAll(/"(?:Metric)?Namespace":"([^"]+)"/g)].map(
    ([, name]) => name ?? '',
  );
  return [...names, ...namespaces.filter((name) => !name.startsWith('AWS/'))];
}

const [first, beta] = [resourcesOf({}), resourcesOf({ stage: 'beta' })];

describe('two stages in one account', () => {
  it('are two pairs of stacks, of which the first keeps its names', () => {
    expect(stackNames({ stage: undefined })).toEqual({ serving: 'FreshcarServing', training: 'FreshcarTraining' });
    expect(stackNames({ stage: 'beta' })).toEqual({
      serving: 'FreshcarServing-beta',
      training: 'FreshcarTraining-beta',
    });
  });

  it('share no name of a log, a schedule’s group, a cache’s policy or a group of metrics', () => {
    const names = namesIn(first);
    expect(names).toEqual(
      expect.arrayContaining(['AWS::Logs::LogGroup /aws/vendedlogs/FreshcarServing/access', 'freshcar']),
    );
    const others = new Set(namesIn(beta));
    expect(names.filter((name) => others.has(name))).toEqual([]);
  });

  it('are alike apart from that', () => {
    // A version is named after what is in it, and the environment says the stage.
    const ids = (stacks: ReturnType<typeof resourcesOf>) =>
      stacks.map((stack) => Object.keys(stack).filter((id) => !/CurrentVersion/.test(id)));
    expect(ids(beta)).toEqual(ids(first));
  });

  it('are counted apart by the function too', async () => {
    const printed = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    const { meter, observe } = createOperations(() => undefined, 'freshcar-beta');
    await observe(async () => meter('Fallbacks', 1))({ warmup: true }, invocation);
    const lines = printed.mock.calls.map(([text]) => JSON.parse(String(text)));
    printed.mockRestore();
    const namespaces = lines.flatMap((line) => line._aws?.CloudWatchMetrics ?? []).map(({ Namespace }) => Namespace);
    expect(new Set(namespaces)).toEqual(new Set(['freshcar-beta']));
  });
});
