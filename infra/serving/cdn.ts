import { Aws, CfnCondition, Duration, Fn, Validations } from 'aws-cdk-lib';
import type { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import {
  AllowedMethods,
  CacheCookieBehavior,
  CacheHeaderBehavior,
  CachePolicy,
  CacheQueryStringBehavior,
  Distribution,
  HttpVersion,
  OriginRequestPolicy,
  PriceClass,
  SecurityPolicyProtocol,
  ViewerProtocolPolicy,
} from 'aws-cdk-lib/aws-cloudfront';
import { HttpOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import { CfnAlarm, MathExpression, Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { originHeader } from '../../functions/generate/lambda/origin-header.ts';
import { distributionComment } from '../../model/store/distribution-comment.ts';
import type { Settings } from '../context.ts';
import type { Alarms } from './alarms.ts';
import type { CarFunction } from './car-function.ts';

/** Errors that CloudFront would keep by itself. */
const neverKept = [404, 500, 501, 502, 503, 504] as const;

export interface CdnProps {
  readonly api: HttpApi;
  readonly settings: Settings;
}

/**
 * CloudFront before the API. What is kept and for how long is for the function to say, and it does in `Cache-Control`:
 * permalinks of a model for ever, fresh cars never. Each path with its query is one entry; cookies and headers count for
 * nothing, since no answer depends on them.
 */
export class Cdn extends Construct {
  readonly distribution: Distribution;
  /** By what the function knows that a request came this way. */
  readonly originSecret: Secret;

  constructor(scope: Construct, id: string, { api, settings }: CdnProps) {
    super(scope, id);
    const cachePolicy = new CachePolicy(this, 'Policy', {
      comment: 'As the function says in Cache-Control',
      minTtl: Duration.seconds(0),
      defaultTtl: Duration.seconds(0),
      maxTtl: Duration.days(365),
      queryStringBehavior: CacheQueryStringBehavior.all(),
      headerBehavior: CacheHeaderBehavior.none(),
      cookieBehavior: CacheCookieBehavior.none(),
      enableAcceptEncodingBrotli: true,
      enableAcceptEncodingGzip: true,
    });
    this.originSecret = new Secret(this, 'OriginSecret', {
      description: 'By what the car function knows that a request came by CloudFront',
      generateSecretString: { passwordLength: 40, excludePunctuation: true },
    });
    this.distribution = new Distribution(this, 'Distribution', {
      comment: distributionComment,
      httpVersion: HttpVersion.HTTP2_AND_3,
      priceClass: PriceClass.PRICE_CLASS_100,
      defaultBehavior: {
        // `https://abc.execute-api...`: the third part of it is the host.
        origin: new HttpOrigin(Fn.select(2, Fn.split('/', api.apiEndpoint)), {
          customHeaders: { [originHeader]: this.originSecret.secretValue.unsafeUnwrap() },
        }),
        allowedMethods: AllowedMethods.ALLOW_GET_HEAD_OPTIONS,
        viewerProtocolPolicy: ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
        cachePolicy,
        originRequestPolicy: OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
        compress: true,
      },
      // Otherwise an error is kept for ten seconds, and a model that was just promoted is missing as long.
      errorResponses: neverKept.map((httpStatus) => ({ httpStatus, ttl: Duration.seconds(0) })),
      ...(settings.domain !== undefined && {
        domainNames: [settings.domain],
        minimumProtocolVersion: SecurityPolicyProtocol.TLS_V1_2_2021,
        certificate: Certificate.fromCertificateArn(this, 'Certificate', settings.certificate ?? ''),
      }),
    });
    Validations.of(this.originSecret).acknowledge({
      id: 'AwsSolutions::AwsSolutions-SMG4',
      reason:
        'It opens nothing but public pictures; a new one would have to reach CloudFront and the function at one moment.',
    });
    Validations.of(this.distribution).acknowledge(
      {
        id: 'AwsSolutions::AwsSolutions-CFR1',
        reason: 'Cars are drawn for visitors from everywhere, so no country is shut out.',
      },
      {
        id: 'AwsSolutions::AwsSolutions-CFR2',
        reason: 'A firewall costs more than the service, which takes no input but numbers and is throttled by its API.',
      },
      {
        id: 'AwsSolutions::AwsSolutions-CFR3',
        reason: 'Its log would hold the addresses of visitors, and the service keeps nothing about them.',
      },
      // AWS's own certificate, which a distribution without a domain of its own has, comes with AWS's own choice of TLS.
      ...(settings.domain === undefined
        ? [
            {
              id: 'AwsSolutions::AwsSolutions-CFR4',
              reason: 'Only a domain of your own can ask for newer TLS; with one, TLS 1.2 is the least.',
            },
          ]
        : []),
    );
  }
}

/**
 * Has the function answer what came by CloudFront, and nobody who asks the API past it: what is kept there is not drawn
 * again, and what a visitor can cost is bounded at one door. From the moment on that CloudFront says the word.
 */
export function answerOnly({ originSecret, distribution }: Cdn, { function: cars, live }: CarFunction): void {
  cars.addEnvironment('ORIGIN_SECRET', originSecret.secretValue.unsafeUnwrap());
  live.node.addDependency(distribution);
}

/**
 * An alarm on what visitors get from CloudFront itself. Its metrics are in us-east-1, and an alarm looks in its own region
 * only: elsewhere the synthetic check, which asks by the public address, stands in for it.
 */
export function watchCdn(alarms: Alarms, { distribution }: Cdn): void {
  const dimensionsMap = { DistributionId: distribution.distributionId, Region: 'Global' };
  const metric = (metricName: string, statistic: string) =>
    new Metric({ namespace: 'AWS/CloudFront', metricName, dimensionsMap, statistic, period: Duration.minutes(1) });
  const failed = new MathExpression({
    expression: 'percent / 100 * requests',
    usingMetrics: { percent: metric('5xxErrorRate', Stats.AVERAGE), requests: metric('Requests', Stats.SUM) },
    period: Duration.minutes(1),
  });
  const alarm = alarms.addRate('CdnServerErrors', failed, metric('Requests', Stats.SUM), {
    says: "Visitors get 5xx answers from CloudFront, 2% or more of them; ServerErrors says whether they are the API's.",
  });
  const { defaultChild } = alarm.node;
  if (!(defaultChild instanceof CfnAlarm)) return;
  defaultChild.cfnOptions.condition = new CfnCondition(alarms, 'CdnMetricsAreHere', {
    expression: Fn.conditionEquals(Aws.REGION, 'us-east-1'),
  });
}
