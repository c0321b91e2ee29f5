import { readFileSync } from 'node:fs';
import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it, vi } from 'vitest';
import { createOperations } from '../../../functions/generate/lambda/operations.ts';
import { createModelRegistry } from '../../../functions/generate/models/model-registry.ts';
import { lateAnswers, modelFailures } from '../../../infra/serving/alarms.ts';
import { paintedModel, recordedLog } from '../../functions/generate/fixtures.ts';
import { invocation } from '../../support/lambda-events.ts';
import { textOf } from '../policies.ts';
import { stubServingStack } from '../stub-stack.ts';

const template = Template.fromStack(stubServingStack().stack);

describe('alarms', () => {
  const alarms = Object.values(template.findResources('AWS::CloudWatch::Alarm')).map(({ Properties }) => Properties);

  it('tell the topic when they go off and when they are over, in a sentence, and are silent without requests', () => {
    expect(alarms).toHaveLength(6);
    for (const alarm of alarms) {
      expect([...alarm.AlarmActions, ...alarm.OKActions].map(textOf)).toEqual(['<Notices>', '<Notices>']);
      expect(alarm).toMatchObject({
        AlarmDescription: expect.stringMatching(/^[A-Z].{30,}\.$/),
        TreatMissingData: 'notBreaching',
      });
    }
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
    const keeper = createModelRegistry({
      source: {
        readPointer: async () => ({
          pointer: { version: models[0] ?? '', beside: ['bad-beside', 'lost-beside'] },
          etag: models[0] ?? '',
        }),
        readManifest: async (version) => {
          if (version === 'lost-beside') throw new Error('lost');
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
    await keeper.loadAll();
    models.shift();
    await keeper.refresh();
    const pattern = Object.values(template.findResources('AWS::Logs::MetricFilter'))[0]?.Properties.FilterPattern;
    const counted = lines.filter(({ level }) => level === 'error').map(({ message }) => message);
    expect(new Set(counted).size).toBe(3);
    for (const message of counted) expect(pattern).toContain(`$.message = "${String(message)}"`);
    expect(pattern).toContain(`$.message = "${modelFailures.notLoaded}"`);
  });

  it('watch late answers by the name under which the function counts them', async () => {
    const printed = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    const { meter, observe } = createOperations(() => undefined);
    await observe(async () => meter(lateAnswers, 1))({ warmup: true }, invocation);
    const lines = printed.mock.calls.map(([text]) => JSON.parse(String(text)));
    printed.mockRestore();
    const counted = lines.find((line) => lateAnswers in line);
    const [{ Namespace, Dimensions }] = counted._aws.CloudWatchMetrics;
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      MetricName: lateAnswers,
      Namespace,
      Dimensions: Dimensions[0].map((Name: string) => ({ Name, Value: counted[Name] })),
    });
  });

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
