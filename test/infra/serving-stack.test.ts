import { Match, Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { stubServingStack } from './stub-stack.ts';

describe('the serving stack', () => {
  const template = Template.fromStack(stubServingStack().stack);

  it('keeps the models in a private, encrypted, versioned bucket that outlives the stack', () => {
    template.hasResource('AWS::S3::Bucket', {
      DeletionPolicy: 'Retain',
      Properties: {
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          BlockPublicPolicy: true,
          IgnorePublicAcls: true,
          RestrictPublicBuckets: true,
        },
        BucketEncryption: Match.anyValue(),
        VersioningConfiguration: { Status: 'Enabled' },
      },
    });
  });

  it('draws cars in a function of the settings, on the processor that ONNX Runtime is safe on', () => {
    template.hasResourceProperties('AWS::Lambda::Function', {
      Architectures: ['x86_64'],
      Runtime: 'nodejs24.x',
      Handler: 'handler.handler',
      MemorySize: 1769,
      Timeout: 15,
      Environment: { Variables: { MODEL_BUCKET: Match.anyValue(), MODEL_PREFIX: 'models/' } },
    });
  });

  it('sends every path of an HTTP API to the function, and throttles it', () => {
    template.hasResourceProperties('AWS::ApiGatewayV2::Api', { ProtocolType: 'HTTP' });
    template.hasResourceProperties('AWS::ApiGatewayV2::Route', { RouteKey: '$default' });
    template.hasResourceProperties('AWS::ApiGatewayV2::Stage', {
      DefaultRouteSettings: { ThrottlingRateLimit: 50, ThrottlingBurstLimit: 100 },
    });
  });

  it('pings the function itself every five minutes, unless told not to', () => {
    template.hasResourceProperties('AWS::Scheduler::Schedule', {
      ScheduleExpression: 'rate(5 minutes)',
      Target: { Input: '{"warmup":true}', RetryPolicy: { MaximumRetryAttempts: 0 } },
    });
    const without = Template.fromStack(stubServingStack({ warmUp: 'false' }).stack);
    without.resourceCountIs('AWS::Scheduler::Schedule', 0);
  });

  it('says where the cars are and where the models belong', () => {
    expect(Object.keys(template.findOutputs('*'))).toEqual(expect.arrayContaining(['Url', 'ModelBucket']));
  });
});
