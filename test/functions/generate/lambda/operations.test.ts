import { beforeEach, expect, it, vi } from 'vitest';
import { createOperations } from '../../../../functions/generate/lambda/operations.ts';
import { httpEvent, invocation } from '../../../support/lambda-events.ts';

let lines: Record<string, unknown>[];

// AWS takes both from what the function prints.
beforeEach(() => {
  vi.stubEnv('AWS_LAMBDA_INITIALIZATION_TYPE', 'on-demand');
  lines = [];
  for (const stream of [process.stdout, process.stderr]) {
    vi.spyOn(stream, 'write').mockImplementation((text) => {
      lines.push(JSON.parse(String(text)));
      return true;
    });
  }
  return () => {
    vi.restoreAllMocks();
    vi.unstubAllEnvs();
  };
});

const measured = (name: string) => lines.filter((line) => name in line);

it('tells with each line the invocation, the request, the model, and whether the copy is new', async () => {
  let version: string | undefined;
  const { log, observe } = createOperations(() => version);
  const handler = observe(async () => {
    version = 'fronts-32';
    log.info('A model is loaded.', { milliseconds: 41 });
    return 'done';
  });
  const event = httpEvent('/car.png');
  expect(await handler(event, invocation)).toBe('done');
  await handler({ warmup: true }, { ...invocation, awsRequestId: 'second' });
  expect(lines.filter(({ message }) => message === 'A model is loaded.')).toMatchObject([
    {
      level: 'INFO',
      service: 'generate',
      cold_start: true,
      function_request_id: invocation.awsRequestId,
      correlation_id: 'JKJaXmPLvHcESHA=',
      model_version: 'fronts-32',
      milliseconds: 41,
    },
    { cold_start: false, function_request_id: 'second' },
  ]);
  expect(lines.at(-1)).not.toHaveProperty('correlation_id');
});

it('publishes the metrics of an invocation in one line of EMF, and counts the cold start once', async () => {
  const { meter, observe } = createOperations(() => 'fronts-32');
  const handler = observe(async () => {
    meter('Cars', 12);
    meter('GenerateTime', 1.5);
  });
  await handler(httpEvent('/sheet.png'), invocation);
  expect(measured('Cars')).toMatchObject([
    {
      Cars: 12,
      GenerateTime: 1.5,
      service: 'generate',
      model_version: 'fronts-32',
      function_request_id: invocation.awsRequestId,
      _aws: {
        CloudWatchMetrics: [
          {
            Namespace: 'freshcar',
            Dimensions: [['service']],
            Metrics: [
              { Name: 'Cars', Unit: 'Count' },
              { Name: 'GenerateTime', Unit: 'Milliseconds' },
            ],
          },
        ],
      },
    },
  ]);
  await handler(httpEvent('/sheet.png'), invocation);
  expect(measured('Cars')).toHaveLength(2);
  expect(measured('ColdStart')).toHaveLength(1);
});

it('publishes what a handler counted before it failed, and prints nothing when there is nothing', async () => {
  const { meter, observe } = createOperations(() => undefined);
  const failing = observe(async () => {
    meter('FailedLoads', 1);
    throw new Error('no model');
  });
  await expect(failing({ warmup: true }, invocation)).rejects.toThrow('no model');
  expect(measured('FailedLoads')).toMatchObject([{ FailedLoads: 1, model_version: 'none' }]);
  lines.length = 0;
  await observe(async () => undefined)({ warmup: true }, invocation);
  expect(lines).toEqual([]);
});

it('lets nobody forge a line', async () => {
  const { log } = createOperations(() => undefined);
  log.warn('odd', { path: '/x\n{"level":"ERROR"}' });
  expect(lines).toMatchObject([{ level: 'WARN', path: '/x\n{"level":"ERROR"}' }]);
});
