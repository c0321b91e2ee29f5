import { RemovalPolicy } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { Settings } from '../context.ts';

export interface FunctionRoleProps {
  /** What the function's log and role are named after. */
  readonly name: string;
  readonly description: string;
  readonly settings: Pick<Settings, 'logDays'>;
}

/** A role that may do nothing yet, and a log that ends with the stack. */
export function createFunctionRole(scope: Construct, { name, description, settings }: FunctionRoleProps) {
  const logGroup = new LogGroup(scope, `${name}Log`, {
    retention: settings.logDays,
    removalPolicy: RemovalPolicy.DESTROY,
  });
  const role = new Role(scope, `${name}Role`, {
    description,
    assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
  });
  return { logGroup, role };
}
