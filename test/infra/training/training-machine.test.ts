import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { hasBotocore, modelFaults, needsBotocore } from '../sdk-model.ts';
import { runMachine, serviceError, type Tasks } from '../state-machine.ts';
import { stubTrainingStack } from '../stub-stack.ts';

const template = Template.fromStack(stubTrainingStack().stack);

/** SageMaker, the promotion and the topic, when all goes well; `change` is what goes otherwise. */
async function execute(input: unknown, change: Tasks = {}) {
  const told: unknown[] = [];
  const calls: Record<string, unknown> = {};
  const tell = (message: unknown) => {
    told.push(message);
    return { MessageId: '1' };
  };
  const call = (name: string, answer: unknown) => (parameters: unknown) => {
    calls[name] = parameters;
    return answer;
  };
  const model = 's3://artefacts/trained/freshcar-run-1/output/model.tar.gz';
  const outcome = { passed: true, version: 'run-32-1', reason: 'Let through: it is better.' };
  const tasks: Tasks = {
    FindTrain: call('FindTrain', { KeyCount: 1 }) as Tasks[string],
    FindHeldOut: call('FindHeldOut', { KeyCount: 1 }) as Tasks[string],
    Train: call('Train', {
      TrainingJobStatus: 'Completed',
      ModelArtifacts: { S3ModelArtifacts: model },
    }) as Tasks[string],
    Evaluate: call('Evaluate', { ProcessingJobStatus: 'Completed' }) as Tasks[string],
    Promote: call('Promote', { Payload: outcome }) as Tasks[string],
    TellPromoted: tell,
    TellKept: tell,
    TellFailure: tell,
    ...change,
  };
  return { ...(await runMachine(template, 'TrainingMachine', tasks)(input)), told, calls };
}

const fails = (error: Error) => () => {
  throw error;
};

describe('an execution', () => {
  it('trains, measures, lets the better model through, and tells of it', async () => {
    const { status, output, told, states } = await execute({});
    expect(status).toBe('succeeded');
    expect(output).toEqual({ passed: true, version: 'run-32-1', reason: 'Let through: it is better.' });
    expect(states).toEqual([
      'Defaults',
      'AnObject?',
      'Complete',
      'WriteObjects',
      'Usable?',
      'FindTrain',
      'FindHeldOut',
      'AnyPictures?',
      'Train',
      'Finished?',
      'Evaluate',
      'Promote',
      'LetThrough?',
      'TellPromoted',
      'Done',
    ]);
    expect(told).toMatchObject([{ Subject: 'freshcar: a new model is served', Message: 'Let through: it is better.' }]);
  });

  it('succeeds as well when the model is only a candidate, and tells why', async () => {
    const reason = 'Kept as a candidate: it is not better.';
    const { status, told } = await execute(
      {},
      { Promote: () => ({ Payload: { passed: false, version: 'a', reason } }) },
    );
    expect(status).toBe('succeeded');
    expect(told).toMatchObject([{ Subject: 'freshcar: a new model is a candidate', Message: reason }]);
  });

  it('asks SageMaker for what its input says, over the defaults', async () => {
    const hyperparameters = { preset: 'seed', epochs: '10' };
    const { calls } = await execute({ train: 'fronts/train/', hyperparameters, maxRuntimeSeconds: 3600 });
    expect(calls.Train).toMatchObject({
      TrainingJobName: 'freshcar-run-1',
      HyperParameters: hyperparameters,
      InputDataConfig: [
        {
          ChannelName: 'train',
          DataSource: { S3DataSource: { S3Uri: expect.stringMatching(/^s3:\/\/<Data>\/fronts\/train\/$/) } },
        },
      ],
      CheckpointConfig: { S3Uri: 's3://<Artefacts>/checkpoints/run-1/' },
      EnableManagedSpotTraining: true,
      EnableNetworkIsolation: true,
      StoppingCondition: { MaxRuntimeInSeconds: 3600, MaxWaitTimeInSeconds: 172800 },
      Tags: [{ Key: 'project', Value: 'freshcar' }],
    });
    expect(calls.Evaluate).toMatchObject({
      ProcessingInputs: [
        { S3Input: { S3Uri: 's3://artefacts/trained/freshcar-run-1/output/model.tar.gz' } },
        { S3Input: { S3Uri: 's3://<Data>/fronts/train/' } },
        { S3Input: { S3Uri: 's3://<Data>/held-out/' } },
      ],
      ProcessingOutputConfig: { Outputs: [{ S3Output: { S3Uri: 's3://<Artefacts>/candidates/run-1' } }] },
    });
    expect(calls.Promote).toMatchObject({ Payload: { candidate: 'candidates/run-1/', gate: {} } });
  });

  it('goes on from the checkpoints of the run that its input names', async () => {
    const { calls } = await execute({ run: 'run-0' });
    expect(calls.Train).toMatchObject({
      TrainingJobName: 'freshcar-run-1',
      CheckpointConfig: { S3Uri: 's3://<Artefacts>/checkpoints/run-0/' },
    });
  });

  it.each([
    [{ train: 'fronts' }],
    [{ train: 7 }],
    [{ heldOut: '' }],
    [{ maxRuntimeSeconds: 'a day' }],
    [{ maxRuntimeSeconds: 0 }],
    [{ maxRuntimeSeconds: 500_000, maxWaitSeconds: 600_000 }],
    [{ maxRuntimeSeconds: 3600, maxWaitSeconds: 60 }],
    [{ run: 1 }],
    [{ run: {} }],
    [{ hyperparameters: 'fresh' }],
    [{ hyperparameters: [] }],
    [{ hyperparameters: { preset: 'fresh', epochs: 10 } }],
    [{ hyperparameters: { mirror: true } }],
    [{ hyperparameters: { seed: null } }],
    [{ gate: 'kid' }],
    [[]],
    [[{ train: 'train/' }]],
    ['{}'],
    [7],
    [true],
  ])('starts no job for the input %j, and tells the rules', async (input) => {
    const { status, told, states } = await execute(input);
    expect(status).toBe('failed');
    expect(states).not.toContain('Train');
    expect(told).toMatchObject([
      { Message: expect.stringContaining('train and heldOut are folders of the data bucket') },
    ]);
  });

  it('starts no machine without images to learn from and others to measure with', async () => {
    for (const missing of ['FindTrain', 'FindHeldOut']) {
      const { status, told, states, calls } = await execute(
        { heldOut: 'fronts/' },
        { [missing]: () => ({ KeyCount: 0 }) },
      );
      expect(status).toBe('failed');
      expect(states).not.toContain('Train');
      expect(told).toMatchObject([
        { Message: expect.stringContaining('in one of the folders train/ and fronts/ of s3://<Data>. Upload images') },
      ]);
      const looked = missing === 'FindTrain' ? calls.FindHeldOut : calls.FindTrain;
      expect(looked).toMatchObject({ Bucket: '<Data>', MaxKeys: 1 });
    }
  });

  it.each(['Train', 'Evaluate'])('tries %s again when SageMaker is busy or no machine is free', async (name) => {
    const answer = {
      TrainingJobStatus: 'Completed',
      ModelArtifacts: { S3ModelArtifacts: 's3://a/model.tar.gz' },
      ProcessingJobStatus: 'Completed',
    };
    const errors = ['SageMaker.AmazonSageMakerException', 'SageMaker.ResourceLimitExceededException'];
    const { status, told } = await execute(
      {},
      {
        [name]: () => {
          const error = errors.shift();
          if (error !== undefined) throw serviceError(error, 'Rate exceeded');
          return answer;
        },
      },
    );
    expect(errors).toEqual([]);
    expect(status).toBe('succeeded');
    expect(told).toMatchObject([{ Subject: 'freshcar: a new model is served' }]);
  });

  it('starts no second training when the first one failed', async () => {
    let started = 0;
    const { status } = await execute(
      {},
      {
        Train: () => {
          started += 1;
          throw serviceError('States.TaskFailed', '{"FailureReason":"it diverged"}');
        },
      },
    );
    expect([status, started]).toEqual(['failed', 1]);
  });

  it("tells a failed function's own reason, and fails", async () => {
    const cause = JSON.stringify({ errorType: 'FreshcarError', errorMessage: 'The bucket is gone.', trace: ['at x'] });
    const { status, told } = await execute({}, { Promote: fails(serviceError('FreshcarError', cause)) });
    expect(status).toBe('failed');
    expect(told).toMatchObject([
      {
        Message: 'The execution run-1 failed (FreshcarError): The bucket is gone.',
        Subject: 'freshcar: a training failed',
      },
    ]);
  });

  it("tells a failed job's own reason, and fails", async () => {
    const description = {
      TrainingJobName: 'freshcar-run-1',
      FailureReason: 'AlgorithmError: epochs is a number, not "many"., exit code: 2',
    };
    const error = serviceError('States.TaskFailed', JSON.stringify(description));
    const { status, told, states } = await execute({}, { Train: fails(error) });
    expect(status).toBe('failed');
    expect(told).toMatchObject([{ Message: expect.stringContaining('epochs is a number, not "many"') }]);
    expect(JSON.stringify(told)).not.toContain('TrainingJobName');
    expect(states.slice(-2)).toEqual(['TellFailure', 'Failed']);
  });

  it.each(['Train', 'Evaluate', 'Promote'])('tells when %s cannot even be called, and fails', async (name) => {
    const { status, told } = await execute(
      {},
      { [name]: fails(serviceError('SageMaker.ResourceLimitExceeded', 'no machine left')) },
    );
    expect(status).toBe('failed');
    expect(told).toMatchObject([
      { Subject: 'freshcar: a training failed', Message: expect.stringContaining('no machine left') },
    ]);
  });

  it('measures nothing of a training that was stopped, and says how to go on', async () => {
    const stopped = { TrainingJobStatus: 'Stopped', ModelArtifacts: { S3ModelArtifacts: 's3://none' } };
    const { status, told, states } = await execute({}, { Train: () => stopped });
    expect(status).toBe('failed');
    expect(states).not.toContain('Evaluate');
    expect(told).toMatchObject([{ Message: expect.stringContaining('start an execution with the same run') }]);
  });
});

describe.skipIf(!hasBotocore)(`what SageMaker's own model says${needsBotocore}`, () => {
  it('has nothing against the training and the evaluation', async () => {
    const { calls } = await execute({});
    expect(modelFaults('CreateTrainingJob', calls.Train)).toEqual([]);
    expect(modelFaults('CreateProcessingJob', calls.Evaluate)).toEqual([]);
  });
});
