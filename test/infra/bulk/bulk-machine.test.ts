import { GetObjectCommand } from '@aws-sdk/client-s3';
import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createBulk } from '../../../functions/bulk/bulk.ts';
import { defaultRetry } from '../../../model/store/retry.ts';
import { s3Source } from '../../../model/store/s3.ts';
import { writeOnceBucket } from '../../../model/store/write-once.ts';
import { realBundleKeys } from '../../functions/generate/real-bundle.ts';
import { type S3Fixture, startS3 } from '../../model/store/s3-server.ts';
import { needsVersitygw, startVersitygw, versitygw } from '../../model/store/versitygw.ts';
import { definitionOf, runMachine, serviceError, type Tasks } from '../state-machine.ts';
import { stubTrainingStack } from '../stub-stack.ts';

const template = Template.fromStack(stubTrainingStack({ training: true, bulkConcurrency: '7' }).stack);
const name = 'GenerationMachine';

/** The interpreter knows no reading from S3: a map's items are then what the step before answers, in the place of their key. */
function readHere(definition: ReturnType<typeof definitionOf>): typeof definition {
  const here = { ItemReader: undefined, ResultWriter: undefined, ItemsPath: '$.items' };
  return JSON.parse(JSON.stringify(definition, (key, value) => (key === 'Shards' ? { ...value, ...here } : value)));
}

const plan = { format: 1, count: 3, shardSize: 2 };
const shards = [
  { shard: 0, first: 0, count: 2 },
  { shard: 1, first: 2, count: 1 },
];
const result = { manifest: 's3://cars/run-1/manifest.json', model: 'm', cars: 3, shards: 2, bytes: 9216 };

/** The function and the topic when all goes well; `change` is what goes otherwise. */
async function execute(input: unknown, change: Tasks = {}) {
  const told: unknown[] = [];
  const calls: unknown[] = [];
  const tell = (message: unknown) => {
    told.push(message);
    return { MessageId: '1' };
  };
  const answer = (output: unknown) => (parameters: unknown) => {
    calls.push(z.object({ Payload: z.unknown() }).parse(parameters).Payload);
    return { Payload: output };
  };
  const tasks = {
    Begin: answer({ destination: 'run-1/', plan, items: shards }) as Tasks[string],
    Draw: answer({ shard: 0 }) as Tasks[string],
    Finish: answer(result) as Tasks[string],
    TellDone: tell,
    TellFailure: tell,
    ...change,
  };
  return { ...(await runMachine(template, name, tasks, readHere)(input)), told, calls };
}

const fails = (error: Error) => () => {
  throw error;
};
const functionError = (sentence: string) =>
  serviceError('FreshcarError', JSON.stringify({ errorType: 'FreshcarError', errorMessage: sentence, trace: [] }));

describe('a bulk generation', () => {
  it('plans, draws each shard, lists them, and tells of it', async () => {
    const { status, output, told, calls } = await execute({ count: 3 });
    expect(status).toBe('succeeded');
    expect(output).toEqual(result);
    expect(calls).toEqual([
      { step: 'begin', request: { destination: 'run-1/', count: 3 } },
      ...shards.map((shard) => ({ step: 'shard', destination: 'run-1/', plan, shard })),
      { step: 'finish', destination: 'run-1/' },
    ]);
    expect(told).toMatchObject([
      {
        Subject: 'freshcar: cars are drawn',
        Message:
          '3 cars of the model m are there, in 2 shards of 9216 bytes in all; s3://cars/run-1/manifest.json lists them.',
      },
    ]);
  });

  it('hands on all that is asked for', async () => {
    const request = { count: 3, firstSeed: 5, shardSize: 2, model: 'm', truncation: 0.7, destination: 'mine/' };
    expect((await execute(request)).calls[0]).toEqual({ step: 'begin', request });
  });

  it.each([
    [{}],
    [{ count: 'many' }],
    [{ count: 3, destination: 'mine' }],
    [{ count: 3, destination: 7 }],
    [[]],
    ['3'],
    [3],
  ])('draws nothing for the input %j, and tells the rules', async (input) => {
    const { status, told, calls } = await execute(input);
    expect([status, calls]).toEqual(['failed', []]);
    expect(told).toMatchObject([{ Message: expect.stringContaining('count is how many cars') }]);
  });

  it("tells the function's own sentence when the plan cannot be made or the list not written", async () => {
    for (const step of ['Begin', 'Finish']) {
      const { status, told } = await execute({ count: 3 }, { [step]: fails(functionError('There are only 2 seeds.')) });
      expect(status).toBe('failed');
      expect(told).toMatchObject([
        {
          Subject: 'freshcar: a bulk generation failed',
          Message: 'The execution run-1 failed (FreshcarError): There are only 2 seeds.',
        },
      ]);
    }
  });

  it('lists nothing when a shard cannot be drawn, and says how to go on', async () => {
    const { status, told, states } = await execute({ count: 3 }, { Draw: fails(functionError('It is gone.')) });
    expect([status, states.includes('Finish')]).toEqual(['failed', false]);
    expect(told).toMatchObject([
      { Message: expect.stringMatching(/start again with the same input and the destination run-1\/$/) },
    ]);
  });

  it('draws a shard again when what failed may pass', async () => {
    let tries = 0;
    const { status } = await execute(
      { count: 3 },
      {
        Draw: () => {
          if (tries++ < 3) throw serviceError('Lambda.TooManyRequestsException', 'Rate Exceeded.');
          return { Payload: { shard: 0 } };
        },
      },
    );
    expect([status, tries]).toEqual(['succeeded', 5]);
  });

  it('reads its shards from the list that the function leaves, so many at once, and keeps their ends apart', () => {
    expect(definitionOf(template, name).States.Shards).toMatchObject({
      ItemProcessor: { ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' } },
      ItemReader: { Resource: 'arn:aws:states:::s3:getObject', Parameters: { Bucket: '<Cars>', 'Key.$': '$.items' } },
      ResultWriter: { Parameters: { Bucket: '<Cars>', Prefix: '.map-runs' } },
      MaxConcurrency: 7,
    });
    expect(definitionOf(template, name).States.Shards).not.toHaveProperty('ToleratedFailurePercentage');
  });
});

describe.skipIf(versitygw === undefined)(
  `a bulk generation, the function and a real S3 server${needsVersitygw}`,
  () => {
    /** The function as the tasks call it; shard `lose` of five is lost, when the others are there, with what draws it. */
    function tasksOver(s3: S3Fixture, lose?: number): Tasks {
      const retry = { ...defaultRetry, budget: 300, firstPause: 2 };
      const store = { client: s3.client, bucket: s3.bucket, retry };
      const bulk = createBulk({
        models: s3Source(store),
        cars: writeOnceBucket(store),
        log: () => undefined,
        now: () => 0,
      });
      const call = async (parameters: unknown) => z.object({ Payload: z.json() }).parse(parameters).Payload;
      const read = async (key: string) => {
        const { Body } = await s3.client.send(new GetObjectCommand({ Bucket: s3.bucket, Key: key }));
        return JSON.parse((await Body?.transformToString()) ?? '');
      };
      let drawn = 0;
      let wake = () => {};
      const others = new Promise<void>((resolve) => (wake = resolve));
      const tasks: Record<string, (parameters: unknown) => Promise<unknown>> = {
        Begin: async (parameters) => {
          const begun = z.looseObject({ items: z.string() }).parse(await bulk(await call(parameters)));
          return { Payload: { ...begun, items: await read(begun.items) } };
        },
        Draw: async (parameters) => {
          const event = await call(parameters);
          const { shard } = z.object({ shard: z.object({ shard: z.number() }) }).parse(event);
          if (shard.shard === lose) {
            await others;
            throw serviceError('Sandbox.Timedout', 'The copy of the function is gone.');
          }
          const output = await bulk(event);
          drawn += 1;
          if (drawn === 4) wake();
          return { Payload: output };
        },
        Finish: async (parameters) => ({ Payload: await bulk(await call(parameters)) }),
        TellDone: async () => ({}),
        TellFailure: async () => ({}),
      };
      return tasks as Tasks;
    }

    it('ends in a manifest after a shard was lost and it was started again', async () => {
      const keys = await realBundleKeys({ first: 32 });
      const s3 = await startS3(
        new Map([...keys, ['models/current.json', Buffer.from('{"version":"first"}')]]),
        startVersitygw,
      );
      const input = { count: 50, shardSize: 10, destination: 'fifty/' };
      const run = (lose?: number) => runMachine(template, name, tasksOver(s3, lose), readHere)(input);
      expect((await run(3)).status).toBe('failed');
      expect(s3.requests).not.toContain('PUT fifty/manifest.json');
      s3.requests.length = 0;
      expect(await run()).toMatchObject({ status: 'succeeded', output: { cars: 50, shards: 5, model: 'first' } });
      expect(s3.requests.filter((line) => /^PUT .*\.tar$/.test(line))).toEqual(['PUT fifty/cars-000003.tar']);
    });
  },
);
