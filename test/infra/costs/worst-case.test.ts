import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { createApp } from '../../../functions/generate/http/app.ts';
import { loadModel } from '../../../functions/generate/models/load-model.ts';
import { createModelRegistry } from '../../../functions/generate/models/model-registry.ts';
import { readSettings } from '../../../infra/context.ts';
import { assumed, total } from '../../../infra/costs/costs.ts';
import { largest, worstMonth } from '../../../infra/costs/worst-case.ts';
import { openFolder } from '../../../model/store/folder.ts';
import { emptyPage, recordedLog } from '../../functions/generate/fixtures.ts';
import { stubServingStack } from '../stub-stack.ts';

const month = 30 * 24 * 3600;

interface Bucket {
  readonly rate: number;
  readonly burst: number;
  /** What the dearest answer is that goes by it. */
  readonly dearest: keyof typeof largest;
}

const dearestBy: Readonly<Record<string, Bucket['dearest']>> = {
  'sheet.png': 'sheet',
  'morph.png': 'morph',
  'generator.onnx': 'network',
  '{name}': 'asset',
};

/** The throttles of a template: that of all routes, and those of routes of their own. */
function bucketsOf(template: Template): Bucket[] {
  const [stage] = Object.values(template.findResources('AWS::ApiGatewayV2::Stage'));
  const { DefaultRouteSettings, RouteSettings } = stage?.Properties ?? {};
  const bucket = (
    settings: { ThrottlingRateLimit: number; ThrottlingBurstLimit: number },
    dearest: Bucket['dearest'],
  ) => ({
    rate: settings.ThrottlingRateLimit,
    burst: settings.ThrottlingBurstLimit,
    dearest,
  });
  const routes = Object.values(template.findResources('AWS::ApiGatewayV2::Route')).map(
    ({ Properties }) => Properties.RouteKey,
  );
  return routes.map((route: string) =>
    route === '$default'
      ? bucket(DefaultRouteSettings, 'car')
      : bucket(RouteSettings[route] ?? DefaultRouteSettings, dearestBy[route.split('/').at(-1) ?? ''] ?? 'sheet'),
  );
}

/** Requests that a token bucket lets through in a month to somebody who asks all the time, second by second. */
function letThrough({ rate, burst }: Bucket): number {
  let tokens = burst;
  let passed = 0;
  for (let second = 0; second < month; second++) {
    const now = Math.floor(tokens);
    passed += now;
    tokens = Math.min(tokens - now + rate, Math.max(burst, rate));
  }
  return passed;
}

/** What a month of them costs, by AWS's list prices of us-east-1 written down here anew. */
function bill(template: Template, gb: number): number {
  const sums = bucketsOf(template).map((bucket) => {
    const requests = letThrough(bucket);
    const { bytes, seconds } = largest[bucket.dearest];
    return {
      requests,
      metered: requests * Math.ceil(bytes / 524_288),
      gigabytes: (requests * bytes) / 1e9,
      gbSeconds: requests * seconds * gb,
      logs: (requests * 1050) / 1e9,
    };
  });
  const of = (name: keyof (typeof sums)[number]) => sums.reduce((sum, each) => sum + each[name], 0);
  const tiers = (amount: number, steps: readonly (readonly [number, number])[]) =>
    steps.reduce((sum, [from, price], at) => {
      const to = steps[at + 1]?.[0] ?? Number.POSITIVE_INFINITY;
      return sum + Math.max(0, Math.min(amount, to) - from) * price;
    }, 0);
  return (
    of('gbSeconds') * 0.0000166667 +
    of('requests') * 0.0000002 +
    tiers(of('metered'), [
      [0, 1e-6],
      [3e8, 0.9e-6],
    ]) +
    of('logs') * 0.5 +
    tiers(of('gigabytes'), [
      [0, 0.09],
      [10_000, 0.085],
      [50_000, 0.07],
    ])
  );
}

describe('the worst month', () => {
  it.each([
    [{}, 1769 / 1024],
    [{ throttleRate: 7, throttleBurst: 20 }, 1769 / 1024],
    [{ throttleRate: 1000, throttleBurst: 5000, memory: 3008 }, 3008 / 1024],
  ])('costs what a simulation of the throttles in the template says, for %j', (context, gb) => {
    const { stack } = stubServingStack(context);
    const worst = worstMonth(readSettings(context));
    const { 'standing: dashboard, alarms, metrics, check, model': standing = 0 } = worst;
    expect(total(worst) - standing).toBeCloseTo(bill(Template.fromStack(stack), gb), 0);
  });

  it('is bounded by reservedConcurrency for the part of the function', () => {
    const drawing = (context: object) => worstMonth(readSettings({ ...context }))['drawing (GB-seconds)'] ?? 0;
    expect(drawing({ throttleRate: 1000, reservedConcurrency: 2 })).toBeCloseTo(
      (2 * month * 1769 * 0.0000166667) / 1024,
      3,
    );
    expect(drawing({ throttleRate: 1000 })).toBeGreaterThan(drawing({ throttleRate: 1000, reservedConcurrency: 2 }));
  });

  it('is in proportion to throttleRate', () => {
    const of = (throttleRate: number) => worstMonth(readSettings({ throttleRate }))['drawing (GB-seconds)'] ?? 0;
    expect(of(100) / of(10)).toBeCloseTo(10, 2);
  });
});

it('counts as many metrics of alarms as the template has', () => {
  const alarms = Object.values(Template.fromStack(stubServingStack().stack).findResources('AWS::CloudWatch::Alarm'));
  const metrics = alarms.flatMap(({ Properties }) =>
    (Properties.Metrics ?? [{ MetricStat: {} }]).filter(({ MetricStat }: { MetricStat?: object }) => MetricStat),
  );
  expect(metrics).toHaveLength(assumed.alarms);
});

describe('the dearest answers', () => {
  it('are no larger than what is paid for, and nearly as large', { timeout: 120_000 }, async () => {
    const source = await openFolder('model/pretrained/models/fronts-64-3');
    const { log } = recordedLog();
    const model = createModelRegistry({
      source,
      load: (version) => loadModel(source, version),
      log,
      now: () => performance.now(),
    });
    const app = createApp({ model, log, page: emptyPage, freshSeed: () => 1, timeLimit: 100_000 });
    const addresses = {
      car: 'cars/5.png?size=512',
      sheet: 'sheet.png?rows=16&columns=16&seed=1',
      morph: 'morph.png?from=1&to=2&frames=60&size=256',
      network: 'models/fronts-64-3/generator.onnx',
    } as const;
    for (const [kind, address] of Object.entries(addresses) as [keyof typeof addresses, string][]) {
      const answer = await app.fetch(new Request(`http://localhost/${address}`));
      expect([kind, answer.status]).toEqual([kind, 200]);
      const bytes = (await answer.arrayBuffer()).byteLength + 900;
      const paid = largest[kind].bytes;
      expect([kind, bytes <= paid, bytes / paid > 0.7]).toEqual([kind, true, true]);
    }
  });
});
