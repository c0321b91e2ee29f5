import { Match, Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { textOf } from '../policies.ts';
import { stubServingStack } from '../stub-stack.ts';

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

  it('has X-Ray trace it where the context says so, and may write traces then only', () => {
    const traced = Template.fromStack(stubServingStack({ tracing: true }).stack);
    traced.hasResourceProperties('AWS::Lambda::Function', { TracingConfig: { Mode: 'Active' }, MemorySize: 1769 });
    expect(JSON.stringify(traced.toJSON())).toContain('xray:PutTraceSegments');
    expect(JSON.stringify(template.toJSON())).not.toMatch(/xray|TracingConfig":{"Mode":"Active/);
  });

  it('runs it on arm64 where the context says so', () => {
    const arm = Template.fromStack(stubServingStack({ architecture: 'arm64' }).stack);
    const cars = { Handler: 'handler.handler', Architectures: ['arm64'], PackageType: Match.absent() };
    arm.hasResourceProperties('AWS::Lambda::Function', cars);
  });

  it('runs it from an image where the context asks for tfjs-node', () => {
    const image = Template.fromStack(stubServingStack({ engine: 'tfjs-node' }).stack);
    image.hasResourceProperties('AWS::Lambda::Function', {
      PackageType: 'Image',
      Code: { ImageUri: Match.anyValue() },
      Architectures: ['x86_64'],
      Runtime: Match.absent(),
      Handler: Match.absent(),
      MemorySize: 1769,
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

  it('lets large pictures have a tenth of that together and large files a fiftieth, by whatever method they are asked for', () => {
    const [stage] = Object.values(template.findResources('AWS::ApiGatewayV2::Stage'));
    const paths = ['/sheet.png', '/morph.png', '/models/{version}/sheet.png', '/models/{version}/morph.png'];
    const settings: Record<string, { ThrottlingRateLimit: number; ThrottlingBurstLimit: number }> =
      stage?.Properties.RouteSettings;
    const files = ['/models/{version}/generator.onnx', '/assets/{name}'];
    expect(Object.keys(settings).sort()).toEqual([...paths, ...files].map((path) => `ANY ${path}`).sort());
    for (const RouteKey of Object.keys(settings))
      template.hasResourceProperties('AWS::ApiGatewayV2::Route', { RouteKey });
    const keys = Object.values(template.findResources('AWS::ApiGatewayV2::Route')).map(
      ({ Properties }) => Properties.RouteKey,
    );
    expect(keys.sort()).toEqual(['$default', ...Object.keys(settings)].sort());
    const together = (of: readonly string[]) =>
      of.reduce((sum, path) => sum + (settings[`ANY ${path}`]?.ThrottlingRateLimit ?? Number.NaN), 0);
    expect(together(paths)).toBeCloseTo(5, 9);
    expect(together(files)).toBeCloseTo(1, 9);
    for (const { ThrottlingBurstLimit } of Object.values(settings)) expect(ThrottlingBurstLimit).toBe(10);
  });

  it("logs requests in a group that the account's policy for such logs covers by its name", () => {
    template.hasResourceProperties('AWS::Logs::LogGroup', { LogGroupName: '/aws/vendedlogs/FreshcarServing/access' });
  });

  it('says where the cars are, where the models belong, and what to do next', () => {
    const outputs = template.findOutputs('*');
    expect(Object.keys(outputs).sort()).toEqual([
      'DashboardName',
      'ModelBucket',
      'NoticesTopic',
      'PublishModel',
      'ServeModel',
      'TryIt',
      'Url',
    ]);
    expect(textOf(outputs.TryIt?.Value)).toBe('curl -o car.png <CarApi.ApiEndpoint>/car.png');
    expect(textOf(outputs.PublishModel?.Value)).toBe('npx freshcar publish FOLDER --store s3://<Models>');
  });
});
