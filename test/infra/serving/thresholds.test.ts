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
  /** What is counted of what, how many percent of it or how many are too many, and in how many of five minutes. */
  it.each([
    ['Errors', 'AWS/Lambda Errors Sum', 'AWS/Lambda Invocations Sum', 2, 2],
    ['ServerErrors', 'AWS/ApiGateway 5xx Sum', 'AWS/ApiGateway Count Sum', 2, 2],
    ['Throttles', 'AWS/Lambda Throttles Sum', 'AWS/ApiGateway Count Sum', 2, 2],
    ['Latency', 'AWS/ApiGateway Latency TC(5000:)', 'AWS/ApiGateway Count Sum', 2, 3],
    ['LateAnswers', 'freshcar LateAnswers Sum', 'AWS/ApiGateway Count Sum', 2, 2],
    ['TooManyRequests', 'freshcar Refused Sum', 'AWS/ApiGateway Count Sum', 10, 3],
  ])(
    'compare what %s is about with all, and go off neither sooner nor later',
    (name, bad, all, Threshold, DatapointsToAlarm) => {
      const alarm = alarms[name];
      expect(alarm).toMatchObject({
        Threshold,
        DatapointsToAlarm,
        EvaluationPeriods: 5,
        ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      });
      const metrics = Object.fromEntries(
        alarm?.Metrics.flatMap((metric: Record<string, Record<string, unknown>>) => {
          const { Metric, Stat, Period } = metric.MetricStat ?? {};
          const { Namespace, MetricName } = (Metric ?? {}) as Record<string, unknown>;
          return metric.MetricStat ? [[metric.Id, [`${Namespace} ${MetricName} ${Stat}`, Period]]] : [];
        }) ?? [],
      );
      expect(metrics).toEqual({ bad: [bad, 60], all: [all, 60] });
    },
  );

  it.each([
    ['models that failed', 'Models', 'ModelFailures', undefined],
    [
      'current models that the one before makes up for',
      'Fallbacks',
      'Fallbacks',
      [{ Name: 'service', Value: 'generate' }],
    ],
  ])('count %s, since one is too many', (_, name, MetricName, Dimensions) => {
    expect(alarms[name]).toMatchObject({
      Namespace: 'freshcar',
      MetricName,
      ...(Dimensions && { Dimensions }),
      Statistic: 'Sum',
      Threshold: 1,
      DatapointsToAlarm: 1,
      Period: 60,
      EvaluationPeriods: 5,
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
    });
  });

  it('takes a deployment back for what a new version breaks at once, and for nothing else', () => {
    const [group] = Object.values(template.findResources('AWS::CodeDeploy::DeploymentGroup'));
    const names = group?.Properties.AlarmConfiguration.Alarms.map(({ Name }: { Name: { Ref: string } }) =>
      Name.Ref.replace(/^Alarms(\w+?)[0-9A-F]{8}$/, '$1'),
    );
    expect(names).toEqual(['Errors', 'ServerErrors', 'Models', 'Fallbacks']);
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
