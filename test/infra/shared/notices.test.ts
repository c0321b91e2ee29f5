import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { textOf } from '../policies.ts';
import { stubServingStack, stubTrainingStack } from '../stub-stack.ts';

/** Who asks SNS to publish, as SNS sees it, and the ARN that it says it speaks for. */
interface Publisher {
  readonly service: string;
  /** What the ARN of the publisher itself begins with. */
  readonly source: string;
}

const own = 'arn:<AWS::Partition>';
const alarm: Publisher = {
  service: 'cloudwatch.amazonaws.com',
  source: `${own}:cloudwatch:<AWS::Region>:<AWS::AccountId>:alarm:any-name`,
};
const rule: Publisher = {
  service: 'events.amazonaws.com',
  source: `${own}:events:<AWS::Region>:<AWS::AccountId>:rule/any-name`,
};
const budget: Publisher = { service: 'budgets.amazonaws.com', source: `${own}:budgets::<AWS::AccountId>:*` };

/** All that publish to the topic by a right of its own policy: states of a machine do it by their role's. */
function publishersOf(...templates: Template[]): Publisher[] {
  const found = new Set<Publisher>();
  for (const template of templates) {
    for (const { Properties } of Object.values(template.findResources('AWS::CloudWatch::Alarm')))
      for (const action of [...Properties.AlarmActions, ...Properties.OKActions])
        if (textOf(action) === '<Notices>') found.add(alarm);
    for (const { Properties } of Object.values(template.findResources('AWS::Events::Rule')))
      for (const { Arn, RoleArn } of Properties.Targets)
        if (textOf(Arn) === '<Notices>' && RoleArn === undefined) found.add(rule);
    for (const { Properties } of Object.values(template.findResources('AWS::Budgets::Budget')))
      if (JSON.stringify(Properties).includes('"SNS"')) found.add(budget);
  }
  return [...found];
}

const one = z.union([z.array(z.unknown()), z.unknown().transform((value) => [value])]);
const statementSchema = z.object({
  Effect: z.enum(['Allow', 'Deny']),
  Principal: z.unknown(),
  Action: one,
  Resource: one,
  Condition: z.record(z.string(), z.record(z.string(), z.unknown())).default({}),
});

/** Whom a statement is about, as services; `*` stands for all. */
const principalSchema = z.union([
  z.literal('*'),
  z.object({ AWS: z.literal('*') }).transform(() => '*' as const),
  z.object({ Service: one }).transform(({ Service }) => Service),
]);

/** Whether a text fits one of IAM's patterns, in which only the star means anything here. */
function fits(text: string, pattern: string): boolean {
  const literal = pattern.split('*').map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${literal.join('.*')}$`).test(text);
}

/** Whether SNS lets a publisher publish, as IAM reads a resource's policy: nothing denies, and something allows. */
function mayPublish(template: Template, { service, source }: Publisher, account = '<AWS::AccountId>'): boolean {
  const policies = Object.values(template.findResources('AWS::SNS::TopicPolicy'));
  const statements = policies.flatMap(({ Properties }) =>
    z.array(statementSchema).parse(Properties.PolicyDocument.Statement),
  );
  const keys: Record<string, string> = {
    'aws:SourceArn': source,
    'aws:SourceAccount': account,
    'aws:SecureTransport': 'true',
  };
  const holds = (operator: string, key: string, wanted: unknown) => {
    const value = keys[key];
    if (value === undefined) throw new Error(`The policy asks for ${key}, which this test does not know.`);
    const texts = one.parse(wanted).map(textOf);
    return texts.some((text) => (operator.endsWith('Like') ? fits(value, text) : text === value));
  };
  const applies = statements.filter(({ Principal, Action, Resource, Condition }) => {
    const services = principalSchema.parse(Principal);
    return (
      (services === '*' || services.includes(service)) &&
      Action.includes('sns:Publish') &&
      Resource.map(textOf).includes('<Notices>') &&
      Object.entries(Condition).every(([operator, pairs]) =>
        Object.entries(pairs).every(([key, wanted]) => holds(operator, key, wanted)),
      )
    );
  });
  return applies.some(({ Effect }) => Effect === 'Allow') && applies.every(({ Effect }) => Effect === 'Allow');
}

const context = { alarmEmail: 'cars@example.org', monthlyBudget: 20, cdn: true, warmCopies: 3 };
const alone = Template.fromStack(stubServingStack(context).stack);
const both = stubTrainingStack({ ...context, training: true, trainingSchedule: 'rate(7 days)' });
const [serving, training] = [Template.fromStack(both.serving), Template.fromStack(both.stack)];

describe('the topic', () => {
  it('is published to by all whose actions, targets or notifications name it', () => {
    const publishers = publishersOf(serving, training);
    expect(publishers).toEqual(expect.arrayContaining([alarm, rule]));
    for (const publisher of publishers)
      expect([publisher.service, mayPublish(serving, publisher)]).toEqual([publisher.service, true]);
  });

  it('has the same policy whether or not there is a training stack beside it', () => {
    const policy = (template: Template) =>
      Object.values(template.findResources('AWS::SNS::TopicPolicy')).map(({ Properties }) => Properties.PolicyDocument);
    expect(policy(alone)).toEqual(policy(serving));
    expect(mayPublish(alone, rule)).toBe(true);
  });

  it('is published to by every state machine that says so, by a right of its role', () => {
    const resources = { ...serving.toJSON().Resources, ...training.toJSON().Resources };
    const machines = Object.entries(training.findResources('AWS::StepFunctions::StateMachine'));
    const telling = machines.filter(([, { Properties }]) =>
      JSON.stringify(Properties).includes(':states:::sns:publish'),
    );
    expect(telling.map(([id]) => id.replace(/Machine.*$/, '')).sort()).toEqual(['Generation', 'Training', 'Tuning']);
    for (const [, { Properties }] of telling) {
      const [role] = Properties.RoleArn['Fn::GetAtt'];
      const rights = Object.values<{ Type: string; Properties: ReturnType<typeof JSON.parse> }>(resources)
        .filter(
          ({ Type, Properties: policy }) =>
            Type === 'AWS::IAM::Policy' && policy.Roles.some(({ Ref }: { Ref?: string }) => Ref === role),
        )
        .flatMap(({ Properties: policy }) =>
          z.array(statementSchema.omit({ Principal: true })).parse(policy.PolicyDocument.Statement),
        )
        .filter(({ Effect, Action }) => Effect === 'Allow' && Action.includes('sns:Publish'));
      expect(rights.flatMap(({ Resource }) => Resource.map(textOf))).toContain('<Notices>');
    }
  });

  it('hears no other account, and nothing of this one that is no alarm and no rule', () => {
    for (const publisher of [alarm, rule]) {
      expect(mayPublish(serving, publisher, '999999999999')).toBe(false);
      const source = `${own}:lambda:<AWS::Region>:<AWS::AccountId>:function:other`;
      expect(mayPublish(serving, { ...publisher, source })).toBe(false);
    }
    expect(mayPublish(serving, { ...alarm, service: 's3.amazonaws.com' })).toBe(false);
  });
});
