import { Match, Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { runMachine } from '../state-machine.ts';
import { stubServingStack } from '../stub-stack.ts';

const template = Template.fromStack(stubServingStack().stack);

describe('warm copies', () => {
  it('are one, by a ping of the function itself every five minutes', () => {
    template.hasResourceProperties('AWS::Scheduler::Schedule', {
      ScheduleExpression: 'rate(5 minutes)',
      Target: { Input: '{"warmup":true}', RetryPolicy: { MaximumRetryAttempts: 0 } },
    });
    template.resourceCountIs('AWS::StepFunctions::StateMachine', 0);
  });

  it('are pinged once the first model is there, and a ping that fails is not tried again', () => {
    const [schedule] = Object.values(
      template.findResources('AWS::Scheduler::Schedule', { Properties: { Target: { Input: '{"warmup":true}' } } }),
    );
    expect(schedule?.DependsOn).toEqual(expect.arrayContaining([expect.stringMatching(/^FirstModelPointer/)]));
    template.hasResourceProperties('AWS::Lambda::EventInvokeConfig', {
      FunctionName: { Ref: Match.stringLikeRegexp('^CarsFunction') },
      MaximumRetryAttempts: 0,
      MaximumEventAgeInSeconds: 60,
    });
  });

  it('are none where that is asked for, or where AWS holds copies ready', () => {
    for (const context of [{ warmCopies: '0' }, { provisionedConcurrency: '2' }]) {
      // That of the synthetic check stays.
      Template.fromStack(stubServingStack(context).stack).resourceCountIs('AWS::Scheduler::Schedule', 1);
    }
  });

  it('are several by as many pings at once, each of which holds its copy', async () => {
    const several = Template.fromStack(stubServingStack({ warmCopies: '3' }).stack);
    const [schedule] = Object.entries(several.findResources('AWS::Scheduler::Schedule')).flatMap(([id, resource]) =>
      id.startsWith('WarmUp') ? [resource] : [],
    );
    const pings: unknown[] = [];
    const round = runMachine(several, 'WarmUp', {
      Ping: (input) => {
        pings.push(input);
        return {};
      },
    });
    expect((await round(JSON.parse(schedule?.Properties.Target.Input))).status).toBe('succeeded');
    expect(pings).toHaveLength(3);
    for (const ping of pings) expect(ping).toMatchObject({ Payload: { warmup: true, hold: 500 } });
  });

  it('are held ready by AWS on the alias that everyone calls', () => {
    Template.fromStack(stubServingStack({ provisionedConcurrency: '2' }).stack).hasResourceProperties(
      'AWS::Lambda::Alias',
      {
        Name: 'live',
        ProvisionedConcurrencyConfig: { ProvisionedConcurrentExecutions: 2 },
      },
    );
  });
});
