import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { stubTrainingStack } from './stub-stack.ts';

// biome-ignore lint/suspicious/noExplicitAny: a template is whatever CloudFormation takes.
type Resource = { Type: string; Properties: any; DeletionPolicy?: string };

const { stack, serving } = stubTrainingStack({ alarmEmail: 'cars@example.org', monthlyBudget: '20' });
const resources: Record<string, Resource> = Object.assign(
  {},
  ...[serving, stack].map((each) => Template.fromStack(each).toJSON().Resources),
);

/** All of a type, by their names without the hash. */
function named(type: string): Record<string, Resource> {
  const found = Object.entries(resources).filter(([, resource]) => resource.Type === type);
  return Object.fromEntries(found.map(([id, resource]) => [id.replace(/[0-9A-F]{8}$/, ''), resource]));
}

const day = 86_400;

describe('every bucket', () => {
  const buckets = named('AWS::S3::Bucket');

  it.each(Object.keys(buckets))('is private, encrypted, versioned, and outlives its stack: %s', (name) => {
    expect(buckets[name]).toMatchObject({
      DeletionPolicy: 'Retain',
      Properties: {
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          BlockPublicPolicy: true,
          IgnorePublicAcls: true,
          RestrictPublicBuckets: true,
        },
        OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
        BucketEncryption: {
          ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
        },
        VersioningConfiguration: { Status: 'Enabled' },
      },
    });
  });

  it('takes no request without TLS 1.2', () => {
    const policies = Object.values(named('AWS::S3::BucketPolicy'));
    expect(policies).toHaveLength(Object.keys(buckets).length);
    for (const { Properties } of policies) {
      const denied = Properties.PolicyDocument.Statement.filter(({ Effect }: { Effect: string }) => Effect === 'Deny');
      const conditions = JSON.stringify(denied.map(({ Condition }: { Condition: unknown }) => Condition));
      expect(conditions).toContain('{"Bool":{"aws:SecureTransport":"false"}}');
      expect(conditions).toContain('{"NumericLessThan":{"s3:TlsVersion":1.2}}');
    }
  });

  it.each([
    ['Models', 90, []],
    ['Data', 30, []],
    [
      'Artefacts',
      30,
      [
        ['checkpoints/', 30],
        ['trained/', 90],
        ['candidates/', 365],
      ],
    ],
    ['Cars', 30, [['.map-runs/', 90]]],
  ])('gives back what was replaced, and drops only what can be made again: %s', (name, replaced, dropped) => {
    const rules: {
      Prefix?: string;
      ExpirationInDays?: number;
      NoncurrentVersionExpiration?: { NoncurrentDays: number };
    }[] = buckets[name]?.Properties.LifecycleConfiguration.Rules;
    const days = rules.flatMap(({ NoncurrentVersionExpiration: rule }) => (rule ? [rule.NoncurrentDays] : []));
    expect(days).toEqual([replaced]);
    const expiring = rules.filter(({ ExpirationInDays }) => ExpirationInDays !== undefined);
    expect(expiring.map(({ Prefix, ExpirationInDays }) => [Prefix, ExpirationInDays])).toEqual(dropped);
    expect(JSON.stringify(rules)).toContain('"AbortIncompleteMultipartUpload":{"DaysAfterInitiation":7}');
  });
});

describe('what runs', () => {
  it('has the time that its work takes', () => {
    const timeouts = Object.values(named('AWS::Lambda::Function'))
      .filter(({ Properties }) => Properties.Handler === 'handler.handler')
      .map(({ Properties }) => [Properties.Description, Properties.Timeout]);
    expect(Object.fromEntries(timeouts)).toMatchObject({
      'Draws cars that do not exist': 15,
      'Draws the shards of a bulk generation': 900,
      'Lets a new model through if it is better': 120,
    });
  });

  it('keeps its log for as long as the operator says, and no longer than its stack', () => {
    for (const { DeletionPolicy, Properties } of Object.values(named('AWS::Logs::LogGroup'))) {
      expect(DeletionPolicy).toBe('Delete');
      expect(Properties.RetentionInDays).toBe(30);
    }
  });

  it('leaves in the log of the API nothing that tells who a visitor is', () => {
    const [stage] = Object.values(named('AWS::ApiGatewayV2::Stage'));
    const format: string = stage?.Properties.AccessLogSettings.Format;
    expect(Object.keys(JSON.parse(format)).sort()).toEqual([
      'bytes',
      'error',
      'milliseconds',
      'path',
      'requestId',
      'route',
      'status',
      'time',
    ]);
    expect(format).not.toMatch(/sourceIp|userAgent|identity|querystring/i);
  });
});

describe('executions', () => {
  const definitionOf = (name: string) => {
    const machine = Object.entries(named('AWS::StepFunctions::StateMachine')).find(([id]) => id.startsWith(name))?.[1];
    const parts: unknown[] = machine?.Properties.DefinitionString['Fn::Join'][1];
    return JSON.parse(parts.map((part) => (typeof part === 'string' ? part : '<>')).join(''));
  };
  const [training, tuning, bulk] = ['Training', 'Tuning', 'Generation'].map(definitionOf);

  it('end by themselves after eleven days, three weeks and two days', () => {
    expect([training, tuning, bulk].map(({ TimeoutSeconds }) => TimeoutSeconds / day)).toEqual([11, 21, 2]);
  });

  it('train on spot machines that reach no network, and talk to each other in secret', () => {
    for (const job of [training.States.Train.Parameters, tuning.States.Tune.Parameters.TrainingJobDefinition])
      expect(job).toMatchObject({
        EnableManagedSpotTraining: true,
        EnableNetworkIsolation: true,
        EnableInterContainerTrafficEncryption: true,
        ResourceConfig: { InstanceCount: 1, VolumeSizeInGB: 30 },
        AlgorithmSpecification: { TrainingInputMode: 'File' },
        StoppingCondition: {
          'MaxRuntimeInSeconds.$': '$.maxRuntimeSeconds',
          'MaxWaitTimeInSeconds.$': '$.maxWaitSeconds',
        },
      });
  });

  it('measure within an hour, on a machine that reaches no network either', () => {
    expect(training.States.Evaluate.Parameters).toMatchObject({
      NetworkConfig: { EnableNetworkIsolation: true },
      StoppingCondition: { MaxRuntimeInSeconds: 3600 },
      ProcessingResources: { ClusterConfig: { InstanceCount: 1, VolumeSizeInGB: 30 } },
      AppSpecification: { ContainerEntrypoint: ['node', '/opt/freshcar/dist/container.js', 'evaluate'] },
    });
  });

  it('of a tuning look for the smallest distance, and let each training come to its end', () => {
    expect(tuning.States.Tune.Parameters.HyperParameterTuningJobConfig).toMatchObject({
      Strategy: 'Bayesian',
      HyperParameterTuningJobObjective: { Type: 'Minimize', MetricName: 'kid' },
      ResourceLimits: { 'MaxNumberOfTrainingJobs.$': '$.jobs', 'MaxParallelTrainingJobs.$': '$.parallel' },
      TrainingJobEarlyStoppingType: 'Off',
    });
  });

  it('take a day for a training and a quarter of one for each of a tuning, and wait as long again, unless they are told otherwise', () => {
    const defaults = [training, tuning].map((machine) => JSON.stringify(machine.States.Defaults));
    expect(defaults[0]).toMatch(/"maxRuntimeSeconds":86400,"maxWaitSeconds":172800/);
    expect(defaults[1]).toMatch(/"maxRuntimeSeconds":21600,"maxWaitSeconds":43200/);
    for (const text of defaults) expect(text).toContain('"train":"train/","heldOut":"held-out/"');
  });
});

describe('the operator', () => {
  it('is mailed when four fifths of the budget are spent, and when all of it is about to be', () => {
    const [budget] = Object.values(named('AWS::Budgets::Budget'));
    const notifications = budget?.Properties.NotificationsWithSubscribers.map(
      ({
        Notification: { NotificationType, Threshold, ThresholdType, ComparisonOperator },
      }: {
        Notification: Record<string, unknown>;
      }) => [NotificationType, Threshold, ThresholdType, ComparisonOperator],
    );
    expect(notifications).toEqual([
      ['ACTUAL', 80, 'PERCENTAGE', 'GREATER_THAN'],
      ['FORECASTED', 100, 'PERCENTAGE', 'GREATER_THAN'],
    ]);
    expect(budget?.Properties.Budget).toMatchObject({ BudgetType: 'COST', TimeUnit: 'MONTHLY' });
  });

  it('hears of executions that could not tell how they ended', () => {
    const [rule] = Object.values(named('AWS::Events::Rule'));
    expect(rule?.Properties.EventPattern).toMatchObject({
      source: ['aws.states'],
      detail: {
        $or: [
          { status: ['TIMED_OUT', 'ABORTED'] },
          { status: ['FAILED'], error: ['States.Runtime', 'States.DataLimitExceeded'] },
        ],
      },
    });
    expect(rule?.Properties.EventPattern.detail.stateMachineArn).toHaveLength(3);
  });
});
