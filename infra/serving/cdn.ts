import { Duration, Fn, Validations } from 'aws-cdk-lib';
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
import { Construct } from 'constructs';
import type { Settings } from '../context.ts';

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
    this.distribution = new Distribution(this, 'Distribution', {
      comment: 'Cars that do not exist',
      httpVersion: HttpVersion.HTTP2_AND_3,
      priceClass: PriceClass.PRICE_CLASS_100,
      defaultBehavior: {
        // `https://abc.execute-api...`: the third part of it is the host.
        origin: new HttpOrigin(Fn.select(2, Fn.split('/', api.apiEndpoint))),
        allowedMethods: AllowedMethods.ALLOW_GET_HEAD_OPTIONS,
        viewerProtocolPolicy: ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
        cachePolicy,
        originRequestPolicy: OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
        compress: true,
      },
      ...(settings.domain !== undefined && {
        domainNames: [settings.domain],
        minimumProtocolVersion: SecurityPolicyProtocol.TLS_V1_2_2021,
        certificate: Certificate.fromCertificateArn(this, 'Certificate', settings.certificate ?? ''),
      }),
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
