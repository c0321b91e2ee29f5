import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { textOf } from '../policies.ts';
import { stubServingStack } from '../stub-stack.ts';

const template = Template.fromStack(stubServingStack().stack);

describe('the address', () => {
  const certificate = 'arn:aws:acm:us-east-1:123456789012:certificate/12345678-1234-1234-1234-123456789012';
  const of = (context: Readonly<Record<string, unknown>>) => Template.fromStack(stubServingStack(context).stack);
  const urlOf = (from: Template) => textOf(from.findOutputs('Url').Url?.Value);

  it('is the API by itself', () => {
    template.resourceCountIs('AWS::CloudFront::Distribution', 0);
    expect(urlOf(template)).toBe('<CarApi.ApiEndpoint>/');
  });

  it('is CloudFront where that is asked for, which keeps what the function says, for as long as it says', () => {
    const withCdn = of({ cdn: 'true' });
    withCdn.hasResourceProperties('AWS::CloudFront::CachePolicy', {
      CachePolicyConfig: {
        MinTTL: 0,
        DefaultTTL: 0,
        MaxTTL: 31536000,
        ParametersInCacheKeyAndForwardedToOrigin: {
          QueryStringsConfig: { QueryStringBehavior: 'all' },
          HeadersConfig: { HeaderBehavior: 'none' },
          CookiesConfig: { CookieBehavior: 'none' },
        },
      },
    });
    const [distribution] = Object.values(withCdn.findResources('AWS::CloudFront::Distribution'));
    const errors: { ErrorCode: number; ErrorCachingMinTTL: number }[] =
      distribution?.Properties.DistributionConfig.CustomErrorResponses;
    for (const code of [500, 501, 502, 503, 504])
      expect(errors).toContainEqual({ ErrorCode: code, ErrorCachingMinTTL: 0 });
    withCdn.hasResourceProperties('AWS::CloudFront::Distribution', {
      DistributionConfig: {
        DefaultCacheBehavior: { ViewerProtocolPolicy: 'redirect-to-https' },
        HttpVersion: 'http2and3',
      },
    });
    expect(urlOf(withCdn)).toMatch(/^https:\/\/<CdnDistribution.*\.DomainName>\/$/);
  });

  it('is CloudFront alone then: the function is told the word by which it knows that a request came that way', () => {
    const withCdn = of({ cdn: 'true' });
    const [distribution] = Object.values(withCdn.findResources('AWS::CloudFront::Distribution'));
    const [header] = distribution?.Properties.DistributionConfig.Origins[0].OriginCustomHeaders ?? [];
    expect(header.HeaderName).toBe('x-freshcar-origin');
    expect(textOf(header.HeaderValue)).toMatch(/^\{\{resolve:secretsmanager:<CdnOriginSecret>:SecretString:::\}\}$/);
    withCdn.hasResourceProperties('AWS::Lambda::Function', {
      Environment: { Variables: { ORIGIN_SECRET: header.HeaderValue, MODEL_PREFIX: 'models/' } },
    });
    const [cars] = Object.values(
      withCdn.findResources('AWS::Lambda::Function', { Properties: { Description: 'Draws cars that do not exist' } }),
    );
    expect(`${textOf(cars?.Properties.Environment.Variables.PUBLIC_URL)}/`).toBe(urlOf(withCdn));
    // It stands in a header and in an environment variable, so it has no quotes in it.
    withCdn.hasResourceProperties('AWS::SecretsManager::Secret', {
      GenerateSecretString: { PasswordLength: 40, ExcludePunctuation: true },
    });
    // CloudFront says it before the function asks for it.
    const [alias] = Object.values(withCdn.findResources('AWS::Lambda::Alias'));
    expect(alias?.DependsOn).toEqual(expect.arrayContaining([expect.stringMatching(/^CdnDistribution/)]));
    expect(JSON.stringify(template.toJSON())).not.toContain('ORIGIN_SECRET');
    template.resourceCountIs('AWS::SecretsManager::Secret', 0);
  });

  it("is the operator's own domain, which leads to the API or to CloudFront", () => {
    const domain = 'cars.example.org';
    const direct = of({ domain, certificate });
    direct.hasResourceProperties('AWS::ApiGatewayV2::DomainName', { DomainName: domain });
    direct.resourceCountIs('AWS::ApiGatewayV2::ApiMapping', 1);
    const cached = of({ domain, certificate, cdn: 'true' });
    cached.hasResourceProperties('AWS::CloudFront::Distribution', { DistributionConfig: { Aliases: [domain] } });
    for (const each of [direct, cached]) {
      expect(urlOf(each)).toBe('https://cars.example.org/');
      expect(Object.keys(each.findOutputs('DomainTarget'))).toHaveLength(1);
    }
  });
});
