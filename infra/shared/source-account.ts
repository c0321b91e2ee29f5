import { Aspects, Aws, type IAspect, type Stack } from 'aws-cdk-lib';
import { CfnRole } from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';
import { z } from 'zod';

const some = z.record(z.string(), z.unknown());
const documentSchema = z.looseObject({
  Statement: z.array(z.looseObject({ Principal: some, Condition: z.record(z.string(), some).optional() })),
});

/**
 * Adds to every role's trust policy that a service may take the role on for this account only: otherwise it could be talked
 * into it from another one (https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html). An aspect, since the
 * construct library makes some of the roles itself.
 */
class SourceAccount implements IAspect {
  visit(node: IConstruct): void {
    if (!(node instanceof CfnRole)) return;
    const document = documentSchema.parse(node.stack.resolve(node.assumeRolePolicyDocument));
    node.assumeRolePolicyDocument = {
      ...document,
      Statement: document.Statement.map(({ Condition = {}, ...statement }) => {
        const { StringEquals = {}, ...others } = Condition;
        if (!('Service' in statement.Principal))
          return { ...statement, ...(Object.keys(Condition).length > 0 && { Condition }) };
        return {
          ...statement,
          Condition: { StringEquals: { ...StringEquals, 'aws:SourceAccount': Aws.ACCOUNT_ID }, ...others },
        };
      }),
    };
  }
}

export function trustOwnAccountOnly(stack: Stack): void {
  Aspects.of(stack).add(new SourceAccount());
}
