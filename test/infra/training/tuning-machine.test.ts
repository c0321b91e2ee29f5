import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { objective } from '../../../infra/training/training-metrics.ts';
import { defaultRanges } from '../../../infra/training/tuning-input.ts';
import { readHyperparameters } from '../../../model/container/hyperparameters.ts';
import { scoreLine } from '../../../model/container/measure.ts';
import { hasBotocore, modelFaults, needsBotocore } from '../sdk-model.ts';
import { runMachine, serviceError, type Tasks } from '../state-machine.ts';
import { stubTrainingStack } from '../stub-stack.ts';

const template = Template.fromStack(stubTrainingStack({ training: true, tuningJobs: '30', tuningParallel: '3' }).stack);

const tuned = {
  HyperParameterTuningJobStatus: 'Completed',
  BestTrainingJob: {
    TrainingJobName: 'freshcar-1-007',
    TunedHyperParameters: { 'generator-rate': '0.0003', loss: 'hinge' },
    FinalHyperParameterTuningJobObjectiveMetric: { MetricName: 'kid', Value: 0.0625 },
  },
};

/** SageMaker and the topic when all goes well; `tune` is what SageMaker does otherwise. */
async function execute(input: unknown, tune: Tasks[string] = () => tuned) {
  const told: unknown[] = [];
  const calls: unknown[] = [];
  const tell = (message: unknown) => {
    told.push(message);
    return { MessageId: '1' };
  };
  const run = runMachine(template, 'TuningMachine', {
    FindTrain: () => ({ KeyCount: 1 }),
    FindHeldOut: () => ({ KeyCount: 1 }),
    Tune: (parameters) => {
      calls.push(parameters);
      return tune(parameters);
    },
    TellBest: tell,
    TellFailure: tell,
  });
  return { ...(await run(input)), told, calls };
}

describe('a tuning', () => {
  it('asks SageMaker for trainings on spot machines that are measured on held-out pictures', async () => {
    const { status, calls } = await execute({});
    expect(status).toBe('succeeded');
    expect(calls).toMatchObject([
      {
        HyperParameterTuningJobName: expect.stringMatching(/^freshcar-[0-9a-f]{12}$/),
        HyperParameterTuningJobConfig: {
          Strategy: 'Bayesian',
          HyperParameterTuningJobObjective: { Type: 'Minimize', MetricName: 'kid' },
          ResourceLimits: { MaxNumberOfTrainingJobs: 30, MaxParallelTrainingJobs: 3 },
          ParameterRanges: defaultRanges,
        },
        TrainingJobDefinition: {
          StaticHyperParameters: { preset: 'fresh' },
          InputDataConfig: [{ ChannelName: 'train' }, { ChannelName: 'held-out' }],
          CheckpointConfig: { S3Uri: 's3://<Artefacts>/checkpoints/run-1/' },
          Environment: { FRESHCAR_SHARED_CHECKPOINTS: 'true' },
          EnableManagedSpotTraining: true,
          EnableNetworkIsolation: true,
          StoppingCondition: { MaxRuntimeInSeconds: 21_600, MaxWaitTimeInSeconds: 43_200 },
        },
      },
    ]);
  });

  it('asks for what its input says, within the limits of the deployment', async () => {
    const ranges = { ContinuousParameterRanges: [{ Name: 'lecam', MinValue: '0', MaxValue: '10' }] };
    const input = { train: 'fronts/', hyperparameters: { preset: 'seed' }, ranges, jobs: 5, parallel: 1 };
    const { calls } = await execute(input);
    expect(calls).toMatchObject([
      {
        HyperParameterTuningJobConfig: {
          ResourceLimits: { MaxNumberOfTrainingJobs: 5, MaxParallelTrainingJobs: 1 },
          ParameterRanges: ranges,
        },
        TrainingJobDefinition: { StaticHyperParameters: { preset: 'seed' } },
      },
    ]);
  });

  it('tells the best settings as the training takes them', async () => {
    const { output, told } = await execute({
      hyperparameters: { preset: 'fresh', epochs: '200', loss: 'cross-entropy' },
    });
    const input = {
      train: 'train/',
      heldOut: 'held-out/',
      hyperparameters: { preset: 'fresh', epochs: '200', loss: 'hinge', 'generator-rate': '0.0003' },
    };
    expect(output).toMatchObject({ job: 'freshcar-1-007', score: { MetricName: 'kid', Value: 0.0625 }, input });
    expect(told).toMatchObject([{ Subject: 'freshcar: a tuning is done' }]);
    const [, message = ''] =
      /with kid 0.0625. .* the input (\{.*\})/.exec((told as { Message: string }[])[0]?.Message ?? '') ?? [];
    expect(JSON.parse(message)).toEqual(input);
  });

  it('tells that nothing was found when no training came to its end', async () => {
    const { status, told } = await execute({}, () => ({ HyperParameterTuningJobStatus: 'Stopped' }));
    expect(status).toBe('failed');
    expect(told).toMatchObject([{ Message: expect.stringContaining('No training came to its end') }]);
  });

  it("tells a failed tuning's own reason, and fails", async () => {
    const cause = JSON.stringify({ HyperParameterTuningJobName: 'x', FailureReason: 'No machines of this kind.' });
    const { status, told } = await execute({}, () => {
      throw serviceError('States.TaskFailed', cause);
    });
    expect(status).toBe('failed');
    expect(told).toMatchObject([
      {
        Subject: 'freshcar: a tuning failed',
        Message: 'The execution run-1 failed (States.TaskFailed): No machines of this kind.',
      },
    ]);
  });

  it.each([
    [{ jobs: 31 }],
    [{ jobs: 0 }],
    [{ parallel: 4 }],
    [{ parallel: 'all' }],
    [{ ranges: [] }],
    [{ heldOut: 'held-out' }],
    [{ hyperparameters: { epochs: 10 } }],
    [{ maxWaitSeconds: 60 }],
    ['tune'],
  ])('starts nothing for the input %j, and tells the rules', async (input) => {
    const { status, told, calls } = await execute(input);
    expect([status, calls]).toEqual(['failed', []]);
    expect(told).toMatchObject([
      { Message: expect.stringContaining('jobs is a number from 1 to 30 and parallel one') },
    ]);
  });
});

describe('the ranges that a tuning tries out', () => {
  const { ContinuousParameterRanges: continuous, CategoricalParameterRanges: categorical } = defaultRanges;

  it('are of settings that the trainer knows, from end to end', () => {
    const ends = continuous.flatMap(({ Name, MinValue, MaxValue }) =>
      [MinValue, MaxValue].map((end) => ({ [Name]: end })),
    );
    const kinds = categorical.flatMap(({ Name, Values }) => Values.map((value) => ({ [Name]: value })));
    for (const tried of [...ends, ...kinds]) expect(readHyperparameters(tried).values).toEqual(tried);
    expect(() => readHyperparameters({ 'real-label': '1.1' })).toThrow(/real-label/);
  });

  it('leave the settings alone that hold for all trainings', () => {
    const names = [...continuous, ...categorical].map(({ Name }) => Name);
    expect(names).not.toContain('preset');
    expect(new Set(names).size).toBe(names.length);
  });
});

it.each([0.0625, -0.0123456, 1.5e-7])('reads the objective %d off the line that a measured training writes', (kid) => {
  const line = scoreLine({ kid, fid: 43.25, precision: 0.5, recall: 0.25 });
  expect(Number(new RegExp(objective.Regex).exec(line)?.[1])).toBe(kid);
});

describe.skipIf(!hasBotocore)(`what SageMaker's own model says${needsBotocore}`, () => {
  it('has nothing against the tuning', async () => {
    const { calls } = await execute({});
    expect(modelFaults('CreateHyperParameterTuningJob', calls[0])).toEqual([]);
  });

  it('would have something against a wrong one', async () => {
    const { calls } = await execute({ ranges: { ContinuousParameterRanges: [{ Name: 'lecam', MinValue: '0' }] } });
    expect(modelFaults('CreateHyperParameterTuningJob', calls[0])).toEqual([expect.stringContaining('MaxValue')]);
    const [call] = calls as Record<string, unknown>[];
    const long = { ...call, HyperParameterTuningJobName: `freshcar-${'x'.repeat(32)}` };
    expect(modelFaults('CreateHyperParameterTuningJob', long)).not.toEqual([]);
  });
});
