import { CustomResource, Duration } from 'aws-cdk-lib';
import { Architecture, Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { keptChoices, type Settings } from '../context.ts';
import { createFunctionRole } from '../shared/function-role.ts';

export interface KeptChoicesProps {
  /** The folder that `buildLambdaAsset` made of functions/choices. */
  readonly code: string;
  readonly settings: Settings;
}

/**
 * Fails a deploy that would take away an address, a mail or rights which the one before had, because a `-c` was forgotten.
 * CloudFormation tells a resource what it was; so it is one, and CloudFormation deletes nothing before all updates succeeded.
 */
export class KeptChoices extends Construct {
  constructor(scope: Construct, id: string, { code, settings }: KeptChoicesProps) {
    super(scope, id);
    const { logGroup, role } = createFunctionRole(this, {
      name: 'Choices',
      description: 'What the look at earlier choices may do',
      settings,
    });
    logGroup.grantWrite(role);
    const look = new LambdaFunction(this, 'Function', {
      description: 'Refuses deploys that take away what was chosen',
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.X86_64,
      code: Code.fromAsset(code),
      handler: 'handler.handler',
      timeout: Duration.seconds(30),
      role,
      logGroup,
    });
    const chosen = (value: string | boolean | undefined) =>
      value === undefined || value === false ? '' : String(value);
    const resource = new CustomResource(this, 'Choices', {
      serviceToken: look.functionArn,
      resourceType: 'Custom::Choices',
      serviceTimeout: Duration.minutes(2),
      properties: {
        Choices: Object.fromEntries(keptChoices.map((name) => [name, chosen(settings[name])])),
        Drop: settings.drop.join(','),
      },
    });
    // Without this CloudFormation may call it before the role has its policy.
    resource.node.addDependency(role);
  }
}
