import { Duration } from 'aws-cdk-lib';
import type { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import { Alarm, ComparisonOperator, type IMetric, Metric, Stats, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { Alias } from 'aws-cdk-lib/aws-lambda';
import { FilterPattern, type ILogGroup, MetricFilter } from 'aws-cdk-lib/aws-logs';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';

/** What the function writes when it can't load a model or one beside it, or keeps the old one; a test holds them to its own log. */
export const modelFailures = {
  notLoaded: 'The model could not be loaded.',
  refused: 'The pointer could not be followed; the old model keeps serving.',
  besideNotLoaded: 'A model beside the current one could not be loaded.',
  besideLeftOut: 'A model beside the current one is left out.',
} as const;

/** What the function counts for itself, as it names it; a test holds these to what it writes. */
export const ownMetrics = { namespace: 'freshcar', dimensionsMap: { service: 'generate' } } as const;
export const lateAnswers = 'LateAnswers';

/** Two seconds: drawing takes milliseconds, and a start with loading the model under a second. */
const slow = Duration.seconds(2);

export interface AlarmsProps {
  readonly api: HttpApi;
  readonly live: Alias;
  readonly log: ILogGroup;
  readonly notices: ITopic;
}

interface AlarmSettings {
  readonly says: string;
  readonly threshold?: number;
  /** Of the last 5 periods, how many must be over the threshold; default 1. */
  readonly times?: number;
}

/** Every alarm of the service, each to the topic, when it goes off and when it is over. Silence is no alarm. */
export class Alarms extends Construct {
  /** By these a deployment is rolled back: what a new version would break at once. */
  readonly rollback: readonly Alarm[];
  readonly all: readonly Alarm[];
  /** Models that could not be loaded or followed, a minute. */
  readonly modelFailures: IMetric;
  private readonly action: SnsAction;

  constructor(scope: Construct, id: string, { api, live, log, notices }: AlarmsProps) {
    super(scope, id);
    this.action = new SnsAction(notices);
    const period = Duration.minutes(1);
    const sum = { period, statistic: Stats.SUM };
    this.modelFailures = this.countModelFailures(log, period);
    const errors = this.alarm('Errors', live.metricErrors(sum), {
      says: 'The car function crashed or ran out of time; its log says where.',
    });
    const failures = this.alarm('ServerErrors', api.metricServerError(sum), {
      says: 'Visitors get 5xx answers; /health and the log of the car function say why.',
      threshold: 5,
      times: 2,
    });
    const models = this.alarm('Models', this.modelFailures, {
      says: 'A model could not be loaded or was refused; the log of the car function names the file and the reason.',
    });
    const throttles = this.alarm('Throttles', live.metricThrottles(sum), {
      says: 'Requests were turned away for want of concurrency; raise reservedConcurrency or the limit of the account.',
      times: 2,
    });
    const latency = this.alarm('Latency', api.metricLatency({ period, statistic: Stats.percentile(95) }), {
      says: `One visitor in twenty waits for more than ${slow.toSeconds()} seconds.`,
      threshold: slow.toMilliseconds(),
      times: 3,
    });
    const late = this.alarm('LateAnswers', new Metric({ ...ownMetrics, metricName: lateAnswers, ...sum }), {
      says: 'Requests were given up because they took too long; memory brings computing power, and timeout time.',
      times: 2,
    });
    this.rollback = [errors, failures, models];
    this.all = [...this.rollback, throttles, latency, late];
  }

  /** The function logs one JSON object a line, and a filter counts the lines of these messages. */
  private countModelFailures(log: ILogGroup, period: Duration): IMetric {
    const messages = Object.values(modelFailures).map((message) =>
      FilterPattern.stringValue('$.message', '=', message),
    );
    const filter = new MetricFilter(this, 'ModelFailures', {
      logGroup: log,
      filterPattern: FilterPattern.any(...messages),
      metricNamespace: 'freshcar',
      metricName: 'ModelFailures',
    });
    return filter.metric({ period, statistic: Stats.SUM });
  }

  private alarm(id: string, metric: IMetric, { says, threshold = 1, times = 1 }: AlarmSettings): Alarm {
    const alarm = new Alarm(this, id, {
      metric,
      alarmDescription: says,
      threshold,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      datapointsToAlarm: times,
      evaluationPeriods: 5,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
    alarm.addAlarmAction(this.action);
    alarm.addOkAction(this.action);
    return alarm;
  }
}
