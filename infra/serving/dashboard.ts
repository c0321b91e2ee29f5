import { Duration } from 'aws-cdk-lib';
import type { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import {
  AlarmStatusWidget,
  Dashboard,
  GraphWidget,
  type IMetric,
  LogQueryVisualizationType,
  LogQueryWidget,
  PeriodOverride,
  Stats,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { Alias } from 'aws-cdk-lib/aws-lambda';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { type Alarms, modelFailures } from './alarms.ts';

export interface ServiceDashboardProps {
  readonly api: HttpApi;
  readonly live: Alias;
  readonly log: ILogGroup;
  readonly alarms: Alarms;
}

const period = Duration.minutes(5);
const sum = { period, statistic: Stats.SUM };
const percentiles = [50, 95, 99];

/** What became of models: the messages that alarms count, and those of loads and swaps. A test holds them to the function's own log. */
export const modelMessages = [
  ...Object.values(modelFailures),
  'A model is loaded.',
  'The pointer moved, and the served model with it.',
  'The pointer names other alternates of the same model.',
] as const;
const modelQuery = [
  'fields @timestamp, message, version, from, to, reason',
  `filter message in [${modelMessages.map((message) => JSON.stringify(message)).join(', ')}]`,
  'sort @timestamp desc',
  'limit 50',
];

/** The service on one page: what visitors get, what the function does, which model it serves. */
export class ServiceDashboard extends Construct {
  readonly dashboard: Dashboard;

  constructor(scope: Construct, id: string, { api, live, log, alarms }: ServiceDashboardProps) {
    super(scope, id);
    this.dashboard = new Dashboard(this, 'Dashboard', {
      defaultInterval: Duration.days(1),
      periodOverride: PeriodOverride.AUTO,
    });
    this.dashboard.addWidgets(
      new AlarmStatusWidget({ title: 'Alarms', alarms: [...alarms.all], width: 24, height: 3 }),
    );
    this.dashboard.addWidgets(
      graph('Requests', [
        api.metricCount({ ...sum, label: 'all' }),
        api.metricClientError({ ...sum, label: '4xx' }),
        api.metricServerError({ ...sum, label: '5xx' }),
      ]),
      graph(
        'Milliseconds until the answer',
        percentiles.map((p) => api.metricLatency({ period, statistic: Stats.percentile(p), label: `${p}%` })),
      ),
      graph(
        'Milliseconds in the function',
        percentiles.map((p) => live.metricDuration({ period, statistic: Stats.percentile(p), label: `${p}%` })),
      ),
    );
    this.dashboard.addWidgets(
      graph('Copies of the function at once', [
        live.metric('ConcurrentExecutions', { period, statistic: Stats.MAXIMUM, label: 'copies' }),
      ]),
      graph('What went wrong', [
        live.metricErrors({ ...sum, label: 'crashes' }),
        live.metricThrottles({ ...sum, label: 'turned away' }),
        alarms.tooManyRequests,
        alarms.modelFailures,
      ]),
      new LogQueryWidget({
        title: 'Models, newest first',
        logGroupNames: [log.logGroupName],
        view: LogQueryVisualizationType.TABLE,
        queryLines: modelQuery,
        width: 8,
      }),
    );
  }
}

function graph(title: string, left: IMetric[]): GraphWidget {
  return new GraphWidget({ title, left, width: 8, leftYAxis: { min: 0 } });
}
