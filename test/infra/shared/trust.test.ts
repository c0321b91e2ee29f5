import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { stubTrainingStack } from '../stub-stack.ts';

/** With everything that has a role. */
const { stack, serving } = stubTrainingStack({
  cdn: true,
  warmCopies: 3,
  training: true,
  trainingSchedule: 'rate(7 days)',
});

describe.each([serving, stack].map((each) => [each.node.id, each] as const))(
  "every role's trust policy in %s",
  (_, each) => {
    const roles = Object.entries(Template.fromStack(each).findResources('AWS::IAM::Role'));

    it('lets services take it on for this account only', () => {
      expect(roles.length).toBeGreaterThan(4);
      for (const [name, { Properties }] of roles) {
        const statements: { Principal: object; Condition?: { StringEquals?: object } }[] =
          Properties.AssumeRolePolicyDocument.Statement;
        expect(statements.length).toBeGreaterThan(0);
        for (const { Principal, Condition } of statements) {
          expect([name, Object.keys(Principal)]).toEqual([name, ['Service']]);
          expect([name, Condition?.StringEquals]).toMatchObject([
            name,
            { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } },
          ]);
        }
      }
    });
  },
);
