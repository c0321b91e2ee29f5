import { readFileSync } from 'node:fs';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it, vi } from 'vitest';
import { createOperations } from '../../../functions/generate/lambda/operations.ts';
import { createModelRegistry } from '../../../functions/generate/models/model-registry.ts';
import { fallbacks, lateAnswers, modelFailures } from '../../../infra/serving/alarms.ts';
import { modelMessages } from '../../../infra/serving/dashboard.ts';
import { paintedModel, recordedLog } from '../../functions/generate/fixtures.ts';
import { invocation } from '../../support/lambda-events.ts';
import { textOf } from '../policies.ts';
import { stubServingStack } from '../stub-stack.ts';

const template = Template.fromStack(stubServingStack().stack);

describe('alarms', () => {
  it('hear of a synthetic check that failed once, since AWS does not try it again', () => {
    template.hasResourceProperties('AWS::Lambda::EventInvokeConfig', {
      FunctionName: { Ref: Match.stringLikeRegexp('Check') },
      MaximumRetryAttempts: 0,
      MaximumEventAgeInSeconds: 60,
    });
  });

  const alarms = Object.values(template.findResources('AWS::CloudWatch::Alarm')).map(({ Properties }) => Properties);

  it('tell the topic when they go off and when they are over, in a sentence, and are silent without requests', () => {
    expect(alarms).toHaveLength(10);
    for (const alarm of alarms) {
      expect([...alarm.AlarmActions, ...alarm.OKActions].map(textOf)).toEqual(['<Notices>', '<Notices>']);
      expect(alarm.AlarmDescription).toMatch(/^[A-Z].{30,}\.$/);
      const isCheck = /synthetic check fails/.test(alarm.AlarmDescription);
      expect(alarm.TreatMissingData).toBe(isCheck ? 'breaching' : 'notBreaching');
    }
  });

  /** Whether an alarm of this name goes off after five minutes, in each of which so many of so many went wrong. */
  const goesOff = (name: string, bad: readonly (number | undefined)[], all: number): boolean => {
    const [alarm] = Object.entries(template.findResources('AWS::CloudWatch::Alarm')).flatMap(([id, { Properties }]) =>
      id.startsWith(`Alarms${name}`) ? [Properties] : [],
    );
    const [rate] = alarm.Metrics.filter(({ Expression }: { Expression?: string }) => Expression !== undefined);
    // CloudWatch's metric math, as far as it is used here.
    const evaluate = new Function('bad', 'all', 'FILL', 'IF', `return ${rate.Expression};`);
    const over = bad.filter((count) => {
      const value = evaluate(
        count,
        all,
        (one?: number, other?: number) => one ?? other,
        (when: boolean, yes: number, no: number) => (when ? yes : no),
      );
      return value >= alarm.Threshold;
    });
    return over.length >= alarm.DatapointsToAlarm;
  };

  it.each(['Errors', 'ServerErrors', 'Throttles', 'LateAnswers'])(
    'on %s fit one request a minute and 400 a second: one failure is none, 2% of all is one',
    (name) => {
      const none = undefined;
      expect(goesOff(name, [1, none, none, none, none], 1)).toBe(false);
      expect(goesOff(name, [1, 1, 1, 1, 1], 1)).toBe(true);
      expect(goesOff(name, [0, 0, 0, 0, 0], 24_000)).toBe(false);
      expect(goesOff(name, [5, 5, 5, 5, 5], 24_000)).toBe(false);
      expect(goesOff(name, [470, 470, 470, 470, 470], 24_000)).toBe(false);
      expect(goesOff(name, [480, 0, 0, 0, 480], 24_000)).toBe(true);
    },
  );

  it('on visitors who are turned away goes off when that is one in ten for some minutes', () => {
    expect(goesOff('TooManyRequests', [2400, 2400, 2400, 0, 0], 24_000)).toBe(true);
    expect(goesOff('TooManyRequests', [2400, 2400, 0, 0, 0], 24_000)).toBe(false);
    expect(goesOff('TooManyRequests', [1, 1, 1, 1, 1], 1)).toBe(false);
    template.hasResourceProperties('AWS::Logs::MetricFilter', {
      LogGroupName: { Ref: Match.stringLikeRegexp('^CarApiAccessLog') },
      FilterPattern: '{ $.status = "429" }',
    });
    const [stage] = Object.values(template.findResources('AWS::ApiGatewayV2::Stage'));
    expect(JSON.parse(stage?.Properties.AccessLogSettings.Format).status).toBe('$context.status');
  });

  it.each([
    [{}, 5],
    [{ memory: 512 }, 13],
    [{ architecture: 'arm64', memory: 1769 }, 14],
    [{ timeout: 3 }, 2],
  ])(
    'on slow answers of %j is set off by none of the pictures that may be asked for: %i seconds',
    (context, seconds) => {
      const of = Template.fromStack(stubServingStack(context).stack);
      of.hasResourceProperties('AWS::CloudWatch::Alarm', {
        AlarmDescription: Match.stringLikeRegexp(`more than ${seconds} seconds`),
        Metrics: Match.arrayWith([
          Match.objectLike({ MetricStat: { Stat: `TC(${seconds * 1000}:)`, Metric: { MetricName: 'Latency' } } }),
        ]),
      });
    },
  );

  it('on schedules count what a schedule of this stack could not start', () => {
    const [[id, group] = ['', undefined], ...others] = Object.entries(
      template.findResources('AWS::Scheduler::ScheduleGroup'),
    );
    expect(others).toEqual([]);
    expect(group).toMatchObject({ DeletionPolicy: 'Delete' });
    for (const { Properties, DependsOn } of Object.values(template.findResources('AWS::Scheduler::Schedule'))) {
      expect(Properties.GroupName).toBe(group?.Properties.Name);
      expect(DependsOn).toContain(id);
    }
    for (const MetricName of ['TargetErrorCount', 'InvocationDroppedCount'])
      template.hasResourceProperties('AWS::CloudWatch::Alarm', {
        Metrics: Match.arrayWith([
          Match.objectLike({
            MetricStat: {
              Metric: { MetricName, Dimensions: [{ Name: 'ScheduleGroup', Value: group?.Properties.Name }] },
            },
          }),
        ]),
      });
  });

  it('on the synthetic check go off when it fails and when it is silent', () => {
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      AlarmDescription: Match.stringLikeRegexp('^The synthetic check'),
      ComparisonOperator: 'LessThanThreshold',
      Threshold: 1,
      TreatMissingData: 'breaching',
      Metrics: Match.arrayWith([Match.objectLike({ Expression: 'calls - errors' })]),
    });
    template.hasResourceProperties('AWS::Scheduler::Schedule', {
      ScheduleExpression: 'rate(5 minutes)',
      Target: { Arn: { Ref: Match.stringLikeRegexp('^CheckLive') } },
    });
    template.hasResourceProperties('AWS::Lambda::Function', {
      Environment: { Variables: { SERVICE_URL: Match.anyValue(), GOLDEN_PREFIX: 'checks/' } },
    });
  });

  it('on errors of CloudFront are there with it, where its metrics are', () => {
    const withCdn = Template.fromStack(stubServingStack({ cdn: true }).stack);
    const [[, alarm] = []] = Object.entries(withCdn.findResources('AWS::CloudWatch::Alarm')).filter(([id]) =>
      id.startsWith('AlarmsCdnServerErrors'),
    );
    const condition = withCdn.findConditions('*')[alarm?.Condition];
    expect(condition).toEqual({ 'Fn::Equals': [{ Ref: 'AWS::Region' }, 'us-east-1'] });
    expect(JSON.stringify(alarm)).toContain('"5xxErrorRate"');
  });

  it('have an entry each in what operators read, with what to do', () => {
    const page = readFileSync('docs/operating.md', 'utf8');
    const names = Object.keys(template.findResources('AWS::CloudWatch::Alarm')).map((id) =>
      id.replace(/^Alarms(\w+?)[0-9A-F]{8}$/, '$1'),
    );
    expect(names).toContain('ServerErrors');
    for (const name of names) expect(page).toContain(`\n### ${name}\n`);
  });

  it('count the very lines that the function writes when a model fails it', async () => {
    const { log, lines } = recordedLog();
    const models = ['good', 'bad'];
    const registry = createModelRegistry({
      source: {
        readPointer: async () => ({
          pointer: { version: models[0] ?? '', alternates: ['bad-alternate', 'lost-alternate'] },
          etag: models[0] ?? '',
        }),
        readManifest: async (version) => {
          if (version === 'lost-alternate') throw new Error('lost');
          return paintedModel(version).manifest;
        },
      },
      load: async (version) => {
        if (version.startsWith('bad')) throw new Error('damaged');
        return paintedModel(version);
      },
      log,
      now: () => Date.now(),
      checkEvery: -1,
    });
    await registry.loadAll();
    models.shift();
    await registry.refresh();
    const [pattern] = Object.values(template.findResources('AWS::Logs::MetricFilter')).flatMap(({ Properties }) =>
      Properties.MetricTransformations[0].MetricName === 'ModelFailures' ? [Properties.FilterPattern] : [],
    );
    const counted = lines.filter(({ level }) => level === 'error').map(({ message }) => message);
    expect(new Set(counted).size).toBe(3);
    for (const message of counted) expect(pattern).toContain(`$.message = "${String(message)}"`);
    expect(pattern).toContain(`$.message = "${modelFailures.notLoaded}"`);
    // What the dashboard's table shows.
    for (const { message } of lines) expect(modelMessages).toContain(message);
  });

  it.each([lateAnswers, fallbacks] as const)(
    'watch %s by the name under which the function counts them',
    async (name) => {
      const printed = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
      const { meter, observe } = createOperations(() => undefined);
      await observe(async () => meter(name, 1))({ warmup: true }, invocation);
      const lines = printed.mock.calls.map(([text]) => JSON.parse(String(text)));
      printed.mockRestore();
      const counted = lines.find((line) => name in line);
      const [{ Namespace, Dimensions }] = counted._aws.CloudWatchMetrics;
      const Metric = {
        MetricName: name,
        Namespace,
        Dimensions: Dimensions[0].map((Name: string) => ({ Name, Value: counted[Name] })),
      };
      // A rate is of several metrics, a count is of one.
      const watched = alarms.flatMap((alarm) => [
        alarm,
        ...(alarm.Metrics ?? []).map(({ MetricStat }: { MetricStat?: { Metric: unknown } }) => MetricStat?.Metric),
      ]);
      expect(watched).toContainEqual(expect.objectContaining(Metric));
    },
  );

  it('are mailed to whom the context names', () => {
    template.resourceCountIs('AWS::SNS::Subscription', 0);
    const mailed = Template.fromStack(stubServingStack({ alarmEmail: 'cars@example.org' }).stack);
    mailed.hasResourceProperties('AWS::SNS::Subscription', { Protocol: 'email', Endpoint: 'cars@example.org' });
  });

  it('are joined by a budget where one is set', () => {
    template.resourceCountIs('AWS::Budgets::Budget', 0);
    const budgeted = Template.fromStack(stubServingStack({ alarmEmail: 'cars@example.org', monthlyBudget: 20 }).stack);
    budgeted.hasResourceProperties('AWS::Budgets::Budget', { Budget: { BudgetLimit: { Amount: 20, Unit: 'USD' } } });
  });
});
