import { Validations } from 'aws-cdk-lib';
import type { Alarm } from 'aws-cdk-lib/aws-cloudwatch';
import { LambdaDeploymentConfig, LambdaDeploymentGroup } from 'aws-cdk-lib/aws-codedeploy';
import type { Alias } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';

/**
 * Moves the alias to a new version of the function step by step: a tenth of the requests for five minutes, then all. When
 * an alarm goes off meanwhile, all requests go back to the old version and the deployment fails.
 */
export function deployGradually(scope: Construct, alias: Alias, alarms: readonly Alarm[]): LambdaDeploymentGroup {
  const group = new LambdaDeploymentGroup(scope, 'Deployment', {
    alias,
    deploymentConfig: LambdaDeploymentConfig.CANARY_10PERCENT_5MINUTES,
    alarms: [...alarms],
    autoRollback: { failedDeployment: true, stoppedDeployment: true, deploymentInAlarm: true },
  });
  if (group.role)
    Validations.of(group).acknowledge({
      id: 'AwsSolutions::AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSCodeDeployRoleForLambdaLimited]',
      reason: 'This is the policy that AWS keeps for deployments of functions; it follows what CodeDeploy needs.',
    });
  return group;
}
