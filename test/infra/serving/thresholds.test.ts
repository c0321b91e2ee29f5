import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { stubServingStack } from '../stub-stack.ts';

const template = Template.fromStack(stubServingStack().stack);
const alarms = Object.fromEntries(
  Object.entries(template.findResources('AWS::CloudWatch::Alarm')).map(([id, { Properties }]) => [
    id.replace(/^Alarms(\w+?)[0-9A-F]{8}$/, '$1'),
    Properties,
  ]),
);

describe('the thresholds of alarms', () => {
  /** What a minute has to have, at least, and how many of five minutes have to have it. */
  it.each([
    ['Errors', 'AWS/Lambda', 'Errors', { Statistic: 'Sum' }, 1, 1],
    ['ServerErrors', 'AWS/ApiGateway', '5xx', { Statistic: 'Sum' }, 5, 2],
    ['Models', 'freshcar', 'ModelFailures', { Statistic: 'Sum' }, 1, 1],
    ['Throttles', 'AWS/Lambda', 'Throttles', { Statistic: 'Sum' }, 1, 2],
    ['Latency', 'AWS/ApiGateway', 'Latency', { ExtendedStatistic: 'p95' }, 2000, 3],
    ['LateAnswers', 'freshcar', 'LateAnswers', { Statistic: 'Sum' }, 1, 2],
  ])(
    'count what %s is about, and go off neither sooner nor later',
    (name, Namespace, MetricName, statistic, Threshold, DatapointsToAlarm) => {
      expect(alarms[name]).toMatchObject({
        Namespace,
        MetricName,
        ...statistic,
        Threshold,
        DatapointsToAlarm,
        Period: 60,
        EvaluationPeriods: 5,
        ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      });
    },
  );

  it('takes a deployment back for what a new version breaks at once, and for nothing else', () => {
    const [group] = Object.values(template.findResources('AWS::CodeDeploy::DeploymentGroup'));
    const names = group?.Properties.AlarmConfiguration.Alarms.map(({ Name }: { Name: { Ref: string } }) =>
      Name.Ref.replace(/^Alarms(\w+?)[0-9A-F]{8}$/, '$1'),
    );
    expect(names).toEqual(['Errors', 'ServerErrors', 'Models']);
    expect(group?.Properties).toMatchObject({
      AutoRollbackConfiguration: {
        Enabled: true,
        Events: expect.arrayContaining([
          'DEPLOYMENT_FAILURE',
          'DEPLOYMENT_STOP_ON_ALARM',
          'DEPLOYMENT_STOP_ON_REQUEST',
        ]),
      },
      DeploymentConfigName: 'CodeDeployDefault.LambdaCanary10Percent5Minutes',
    });
  });
});

describe('CloudFront', () => {
  const cdn = Template.fromStack(stubServingStack({ cdn: 'true' }).stack);
  const [distribution] = Object.values(cdn.findResources('AWS::CloudFront::Distribution'));
  const behaviour = distribution?.Properties.DistributionConfig.DefaultCacheBehavior;

  it('hands everything to the API but the Host, by which that would not know itself', () => {
    // AWS's own policy of this name: Managed-AllViewerExceptHostHeader.
    expect(behaviour.OriginRequestPolicyId).toBe('b689b0a8-53d0-40ab-baf2-68738e2966ac');
  });

  it('takes no more methods than the service answers, and asks the API over HTTPS', () => {
    expect([...behaviour.AllowedMethods].sort()).toEqual(['GET', 'HEAD', 'OPTIONS']);
    expect(distribution?.Properties.DistributionConfig.Origins).toMatchObject([
      { CustomOriginConfig: { OriginProtocolPolicy: 'https-only' } },
    ]);
  });

  it('speaks TLS 1.2 at least under a domain of the operator’s own', () => {
    const certificate = 'arn:aws:acm:us-east-1:123456789012:certificate/12345678-1234-1234-1234-123456789012';
    const own = Template.fromStack(stubServingStack({ cdn: 'true', domain: 'cars.example.org', certificate }).stack);
    own.hasResourceProperties('AWS::CloudFront::Distribution', {
      DistributionConfig: {
        ViewerCertificate: { AcmCertificateArn: certificate, MinimumProtocolVersion: 'TLSv1.2_2021' },
      },
    });
  });
});

describe('pings', () => {
  it('come every five minutes and are not repeated', () => {
    template.hasResourceProperties('AWS::Scheduler::Schedule', {
      ScheduleExpression: 'rate(5 minutes)',
      Target: { RetryPolicy: { MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 60 } },
    });
  });

  it('keep each copy busy for half a second where there are several, all at once', () => {
    const several = Template.fromStack(stubServingStack({ warmCopies: '3' }).stack);
    const definition = JSON.stringify(several.findResources('AWS::StepFunctions::StateMachine'));
    expect(definition).toMatch(/\\"hold\\":500\b/);
    expect(definition).toMatch(/\\"MaxConcurrency\\":3\b/);
  });
});
