import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { type Statement, statementsOf } from './policies.ts';
import { stubServingStack } from './stub-stack.ts';

const statements = statementsOf(Template.fromStack(stubServingStack().stack));
const allowed = statements.filter(({ effect }) => effect === 'Allow');

/** Actions and resources of all statements whose policy's name begins with `policy`. */
const rightsOf = (policy: string) =>
  allowed
    .filter(({ name }) => name.startsWith(policy))
    .flatMap(({ actions, resources }) => actions.map((action) => [action, ...resources]));

describe('what the stack may do in the account', () => {
  it('is written down: there are statements, and each names actions and resources', () => {
    expect(allowed.length).toBeGreaterThan(5);
    for (const { actions, resources } of allowed) expect([actions.length, resources.length]).not.toContain(0);
  });

  it('allows no action by a wildcard', () => {
    const wild = ({ actions }: Statement) => actions.some((action) => action.includes('*'));
    expect(allowed.filter(wild)).toEqual([]);
  });

  it('names every resource', () => {
    const wild = ({ resources }: Statement) => resources.some((resource) => resource === '*');
    expect(allowed.filter(wild)).toEqual([]);
  });

  it('lets the car function read models and write its log, no more', () => {
    expect(rightsOf('CarsRole')).toEqual([
      ['s3:GetObject', '<Models.Arn>/models/*'],
      ['logs:CreateLogStream', '<CarsLog.Arn>'],
      ['logs:PutLogEvents', '<CarsLog.Arn>'],
    ]);
  });

  it('lets the first model be copied, and nothing be deleted', () => {
    const writes = rightsOf('FirstModelRole').filter(([action]) => action?.startsWith('s3:Put'));
    expect(writes.flatMap(([, ...resources]) => resources).sort()).toEqual([
      '<Models.Arn>/models/current.json',
      '<Models.Arn>/models/stub-1/generator.onnx',
      '<Models.Arn>/models/stub-1/manifest.json',
    ]);
    expect(allowed.flatMap(({ actions }) => actions).filter((action) => /Delete/.test(action))).toEqual([]);
  });

  it('lets the schedule call the live function only', () => {
    const [right] = allowed.filter(({ actions }) => actions.includes('lambda:InvokeFunction'));
    expect(right?.resources.every((resource) => resource.startsWith('<CarsLive'))).toBe(true);
  });

  it('takes nothing from the bucket over a plain connection', () => {
    const denied = statements.filter(({ effect, name }) => effect === 'Deny' && name.startsWith('Models'));
    expect(denied.map(({ condition }) => condition)).toEqual(
      expect.arrayContaining([{ Bool: { 'aws:SecureTransport': 'false' } }]),
    );
  });
});
