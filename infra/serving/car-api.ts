import { RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import {
  CfnStage,
  HttpApi,
  HttpMethod,
  HttpRoute,
  type HttpRouteIntegration,
  HttpRouteKey,
  HttpStage,
  LogGroupLogDestination,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { Settings } from '../context.ts';
import { largeRoutes, largeThrottle } from './large-answers.ts';

export interface CarApiProps {
  readonly handler: IFunction;
  readonly settings: Settings;
}

/**
 * The public HTTP API. Every path goes to the function, which answers unknown ones itself; the routes of large answers
 * stand apart only because the API throttles by route.
 */
export class CarApi extends Construct {
  readonly api: HttpApi;
  readonly stage: HttpStage;
  readonly accessLog: LogGroup;

  constructor(scope: Construct, id: string, { handler, settings }: CarApiProps) {
    super(scope, id);
    const integration = new HttpLambdaIntegration('Cars', handler);
    this.api = new HttpApi(this, 'Api', {
      description: 'Cars that do not exist',
      defaultIntegration: integration,
      createDefaultStage: false,
    });
    const routes = largeRoutes.map(({ path }) => this.addLargeRoute(path, integration));
    this.accessLog = new LogGroup(this, 'AccessLog', {
      // Of groups that are not called like this, the account's one policy for such logs lists every one, and is full some day.
      logGroupName: `/aws/vendedlogs/${Stack.of(this).stackName}/access`,
      retention: settings.logDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.stage = new HttpStage(this, 'Stage', {
      httpApi: this.api,
      autoDeploy: true,
      detailedMetricsEnabled: true,
      throttle: { rateLimit: settings.throttleRate, burstLimit: settings.throttleBurst },
      accessLogSettings: { destination: new LogGroupLogDestination(this.accessLog), format: accessLogFormat },
    });
    const stage = this.stage.node.defaultChild;
    if (stage instanceof CfnStage) {
      stage.routeSettings = Object.fromEntries(
        largeRoutes.map((route) => [`ANY ${route.path}`, throttleSettings(largeThrottle(settings, route))]),
      );
    }
    // The stage names the routes in its settings, and CloudFormation does not see that it needs them.
    for (const route of routes) this.stage.node.addDependency(route);
    Validations.of(this.api).acknowledge({
      id: 'AwsSolutions::AwsSolutions-APIG4',
      reason: 'The cars are for everyone: there is nothing to log in to, and throttling bounds what visitors can cost.',
    });
  }

  /**
   * Every method goes by the route: what only one of them does not know, the default route would let through at its own,
   * higher rate. Its construct is called GET after what it was first, since CloudFormation would make it anew under another name.
   */
  private addLargeRoute(path: string, integration: HttpRouteIntegration): HttpRoute {
    const routeKey = HttpRouteKey.with(path, HttpMethod.ANY);
    return new HttpRoute(this.api, `GET${path}`, { httpApi: this.api, routeKey, integration });
  }
}

/** The names are CloudFormation's own, because the construct library passes this map on as it is. */
function throttleSettings({ rate, burst }: ReturnType<typeof largeThrottle>) {
  return { ThrottlingRateLimit: rate, ThrottlingBurstLimit: burst, DetailedMetricsEnabled: true };
}

/** One line of JSON a request. No address and no user agent: the service keeps nothing about its visitors. */
const accessLogFormat = AccessLogFormat.custom(
  JSON.stringify({
    time: '$context.requestTime',
    requestId: '$context.requestId',
    route: '$context.routeKey',
    path: '$context.path',
    status: '$context.status',
    bytes: '$context.responseLength',
    milliseconds: '$context.responseLatency',
    error: '$context.error.message',
  }),
);
