import { Match, Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { type Statement, statementsOf, textOf } from '../policies.ts';
import { definitionOf } from '../state-machine.ts';
import { stubTrainingStack } from '../stub-stack.ts';

const template = Template.fromStack(stubTrainingStack().stack);

describe('the training stack', () => {
  it('keeps data and artefacts in private, encrypted, versioned buckets that outlive it', () => {
    template.allResourcesProperties('AWS::S3::Bucket', {
      PublicAccessBlockConfiguration: { BlockPublicAcls: true, RestrictPublicBuckets: true },
      BucketEncryption: Match.anyValue(),
      VersioningConfiguration: { Status: 'Enabled' },
    });
    template.allResources('AWS::S3::Bucket', { DeletionPolicy: 'Retain' });
    template.resourceCountIs('AWS::S3::Bucket', 3);
  });

  it('drops checkpoints and packed models after a while', () => {
    template.hasResourceProperties('AWS::S3::Bucket', {
      LifecycleConfiguration: {
        Rules: Match.arrayWith([Match.objectLike({ Prefix: 'checkpoints/', ExpirationInDays: 30 })]),
      },
    });
  });

  it('trains by itself only where a schedule is set', () => {
    template.resourceCountIs('AWS::Scheduler::Schedule', 0);
    const { stack } = stubTrainingStack({
      training: true,
      trainingSchedule: 'rate(7 days)',
      trainingInstance: 'ml.g5.xlarge',
    });
    const scheduled = Template.fromStack(stack);
    scheduled.hasResourceProperties('AWS::Scheduler::Schedule', { ScheduleExpression: 'rate(7 days)' });
    expect(JSON.stringify(definitionOf(scheduled, 'TrainingMachine'))).toContain('"InstanceType":"ml.g5.xlarge"');
  });

  it('says what to do next', () => {
    const outputs = template.findOutputs('*');
    expect(textOf(outputs.UploadTraining?.Value)).toBe('aws s3 cp train.npy s3://<Data>/train/');
    expect(textOf(outputs.Train?.Value)).toMatch(
      /^aws stepfunctions start-execution --state-machine-arn <TrainingMachine/,
    );
    expect(textOf(outputs.Tune?.Value)).toContain('--state-machine-arn <TuningMachine');
    expect(textOf(outputs.DrawMillion?.Value)).toMatch(
      /<GenerationMachine>? --input '{"count":1000000,"destination":"million\/"}'$/,
    );
  });
});

it('has the topic told of executions of all three machines that could not tell it themselves', () => {
  const [rule] = Object.values(template.findResources('AWS::Events::Rule'));
  const { detail } = rule?.Properties.EventPattern ?? {};
  expect(detail.stateMachineArn.map(textOf)).toEqual(['<TrainingMachine>', '<TuningMachine>', '<GenerationMachine>']);
  expect(detail.$or).toEqual([
    { status: ['TIMED_OUT', 'ABORTED'] },
    { status: ['FAILED'], error: ['States.Runtime', 'States.DataLimitExceeded'] },
  ]);
  const [{ Arn, InputTransformer }] = rule?.Properties.Targets ?? [];
  expect(textOf(Arn)).toBe('<Notices>');
  expect(InputTransformer.InputTemplate).toMatch(/^"The execution <detail-name> ended as <detail-status>/);
});

describe('what the training stack may do', () => {
  const allowed = statementsOf(template).filter(({ effect }) => effect === 'Allow');
  const of = (name: string) => allowed.filter((statement) => statement.name.startsWith(name));
  const actions = (statements: readonly Statement[]) => statements.flatMap((statement) => statement.actions);

  it('allows no action by a wildcard', () => {
    expect(allowed.length).toBeGreaterThan(8);
    expect(actions(allowed).filter((action) => action.includes('*'))).toEqual([]);
  });

  it('names every resource but for the two actions that know none', () => {
    const anywhere = allowed.filter(({ resources }) => resources.includes('*'));
    expect(actions(anywhere).sort()).toEqual(['cloudwatch:PutMetricData', 'ecr:GetAuthorizationToken']);
  });

  it('lets jobs read the data but not change it', () => {
    const ofData = of('JobRole').filter(({ resources }) => resources.includes('<Data.Arn>/*'));
    expect(actions(ofData)).toEqual(['s3:GetObject']);
  });

  it('lets jobs reach no model that is served', () => {
    expect(JSON.stringify(of('JobRole'))).not.toMatch(/Models|models\//);
  });

  it('lets the promotion read candidates and add models, and delete nothing', () => {
    const objects = of('PromoteRole').flatMap(({ actions, resources }) =>
      actions
        .filter((action) => action.startsWith('s3:'))
        .flatMap((action) => resources.map((resource) => `${action} ${resource}`)),
    );
    const models = (action: string, prefix: string) =>
      expect.stringMatching(new RegExp(`^${action} .*Models.*/${prefix}/\\*$`));
    expect(objects.sort()).toEqual([
      's3:GetObject <Artefacts.Arn>/candidates/*',
      models('s3:GetObject', 'candidates'),
      models('s3:GetObject', 'models'),
      models('s3:PutObject', 'candidates'),
      models('s3:PutObject', 'models'),
    ]);
  });

  it('lets the state machine hand its role to SageMaker only, and touch jobs of its own name only', () => {
    const machine = of('TrainingMachineRole');
    const [pass] = machine.filter(({ actions }) => actions.includes('iam:PassRole'));
    expect(pass).toMatchObject({
      resources: ['<JobRole.Arn>'],
      condition: { StringEquals: { 'iam:PassedToService': 'sagemaker.amazonaws.com' } },
    });
    const jobs = machine.filter(({ actions }) => actions.some((action) => action.startsWith('sagemaker:')));
    expect(jobs.flatMap(({ resources }) => resources).every((resource) => resource.endsWith('-job/freshcar-*'))).toBe(
      true,
    );
    expect(actions(jobs)).toEqual(expect.arrayContaining(['sagemaker:StopTrainingJob', 'sagemaker:StopProcessingJob']));
  });
});

describe('what tuning and bulk generation may do', () => {
  const allowed = statementsOf(template).filter(({ effect }) => effect === 'Allow');
  const of = (name: string) => allowed.filter((statement) => statement.name.startsWith(name));

  it('lets a tuning start, watch and stop tunings of its own name only', () => {
    const jobs = of('TuningMachineRole').filter(({ actions }) =>
      actions.some((action) => action.startsWith('sagemaker:')),
    );
    expect(jobs).toMatchObject([
      {
        actions: [
          'sagemaker:AddTags',
          'sagemaker:CreateHyperParameterTuningJob',
          'sagemaker:DescribeHyperParameterTuningJob',
          'sagemaker:ListTags',
          'sagemaker:StopHyperParameterTuningJob',
        ],
        resources: [expect.stringMatching(/:hyper-parameter-tuning-job\/freshcar-\*$/)],
      },
    ]);
    const events = of('TuningMachineRole').filter(({ actions }) => actions.includes('events:PutRule'));
    expect(events.flatMap(({ resources }) => resources)).toEqual([
      expect.stringMatching(/:rule\/StepFunctionsGetEventsForSageMakerTuningJobsRule$/),
    ]);
  });

  it('lets the bulk function read models and add cars, and delete nothing', () => {
    const objects = of('BulkRole').filter(({ actions }) => actions.some((action) => action.startsWith('s3:')));
    expect(objects).toMatchObject([
      { actions: ['s3:GetObject'], resources: [expect.stringMatching(/Models.*\/models\/\*$/)] },
      { actions: ['s3:GetObject', 's3:PutObject'], resources: ['<Cars.Arn>/*'] },
      { actions: ['s3:ListBucket'], resources: ['<Cars.Arn>'] },
    ]);
  });

  it('lets a generation read lists of shards, keep their ends, and start executions of itself only', () => {
    const rights = [...of('GenerationMachineRole'), ...of('GenerationMachineDistributedMap')];
    const found = rights.flatMap(({ actions, resources }) => actions.map((action) => [action, ...resources]));
    expect(found).toEqual(
      expect.arrayContaining([
        ['s3:GetObject', '<Cars.Arn>/*/shards.json'],
        ['s3:PutObject', '<Cars.Arn>/.map-runs/*'],
        ['states:StartExecution', '<GenerationMachine>'],
      ]),
    );
    expect(found.filter(([action = '']) => /^(s3:Delete|iam:|sagemaker:)/.test(action))).toEqual([]);
  });
});
