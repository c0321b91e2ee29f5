import { Match, Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { textOf } from '../policies.ts';
import { stubServingStack } from '../stub-stack.ts';

const template = Template.fromStack(stubServingStack().stack);

describe('a new version of the function', () => {
  it('gets a tenth of the requests first, and none any more when what it could break sounds an alarm', () => {
    template.hasResourceProperties('AWS::CodeDeploy::DeploymentGroup', {
      DeploymentConfigName: 'CodeDeployDefault.LambdaCanary10Percent5Minutes',
      AutoRollbackConfiguration: {
        Enabled: true,
        Events: Match.arrayWith(['DEPLOYMENT_FAILURE', 'DEPLOYMENT_STOP_ON_ALARM']),
      },
    });
    const [group] = Object.values(template.findResources('AWS::CodeDeploy::DeploymentGroup'));
    const alarms: unknown[] = group?.Properties.AlarmConfiguration.Alarms.map(({ Name }: { Name: unknown }) =>
      textOf(Name),
    );
    expect(alarms).toEqual(['<AlarmsErrors>', '<AlarmsServerErrors>', '<AlarmsModels>', '<AlarmsFallbacks>']);
    template.hasResource('AWS::Lambda::Alias', { UpdatePolicy: { CodeDeployLambdaAliasUpdate: Match.anyValue() } });
  });

  it('gets all requests at once where that is asked for', () => {
    const without = Template.fromStack(stubServingStack({ gradualDeployment: 'false' }).stack);
    without.resourceCountIs('AWS::CodeDeploy::DeploymentGroup', 0);
  });
});
