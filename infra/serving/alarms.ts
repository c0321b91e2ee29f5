import { Duration } from 'aws-cdk-lib';
import type { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import {
  Alarm,
  CfnAlarm,
  ComparisonOperator,
  type IMetric,
  MathExpression,
  Metric,
  Stats,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { Alias } from 'aws-cdk-lib/aws-lambda';
import { FilterPattern, type ILogGroup, MetricFilter, type MetricFilterProps } from 'aws-cdk-lib/aws-logs';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { Settings } from '../context.ts';
import { metricNamespace } from '../shared/stage.ts';
import { slowSeconds } from './slow-answers.ts';

/** What the function writes when it can't load a model or an alternate, or keeps the old one; a test holds them to its own log. */
export const modelFailures = {
  notLoaded: 'The model could not be loaded.',
  refused: 'The pointer could not be followed; the old model keeps serving.',
  alternateNotLoaded: 'An alternate model could not be loaded.',
  alternateLeftOut: 'An alternate model is left out.',
} as const;

/** What the function counts for itself, as it names it; a test holds these to what it writes. */
const ownDimensions = { service: 'generate' };
export const lateAnswers = 'LateAnswers';
export const fallbacks = 'Fallbacks';

export interface AlarmsProps {
  readonly api: HttpApi;
  readonly live: Alias;
  readonly log: ILogGroup;
  readonly accessLog: ILogGroup;
  readonly notices: ITopic;
  readonly settings: Pick<Settings, 'memory' | 'architecture' | 'timeout' | 'stage'>;
}

export interface AlarmSettings {
  readonly says: string;
  readonly threshold?: number;
  /** Of the last 5 periods, how many must be over the threshold; default 1. */
  readonly times?: number;
}

const period = Duration.minutes(1);
const sum = { period, statistic: Stats.SUM };
/**
 * A rate is of at least so many requests a minute, so that one failure of the one request that came is no 100%: with 2% as
 * the limit, a quiet service's alarm goes off by failures in two minutes of five, a busy one's by 2% of its requests.
 */
const fewest = 50;

/**
 * Every alarm of the service, each to the topic, when it goes off and when it is over. Silence is none but for the synthetic
 * check's, which has its own.
 */
export class Alarms extends Construct {
  /** By these a deployment is rolled back: what a new version would break at once. */
  readonly rollback: readonly Alarm[];
  /** Models that could not be loaded or followed, a minute. */
  readonly modelFailures: IMetric;
  /** Requests that the API's throttle turned away, a minute. */
  readonly tooManyRequests: IMetric;
  private readonly action: SnsAction;
  private readonly namespace: string;
  private readonly made: Alarm[] = [];

  constructor(scope: Construct, id: string, { api, live, log, accessLog, notices, settings }: AlarmsProps) {
    super(scope, id);
    this.action = new SnsAction(notices);
    this.namespace = metricNamespace(settings);
    const requests = api.metricCount(sum);
    this.modelFailures = this.countModelFailures(log);
    this.tooManyRequests = this.countTooManyRequests(accessLog);
    const errors = this.addRate('Errors', live.metricErrors(sum), live.metricInvocations(sum), {
      says: 'The car function crashes or runs out of time, for 2% of its calls or more; its log says where.',
    });
    const failures = this.addRate('ServerErrors', api.metricServerError(sum), requests, {
      says: 'Visitors get 5xx answers, 2% or more of them; /health and the log of the car function say why.',
    });
    const models = this.add('Models', this.modelFailures, {
      says: 'A model could not be loaded or was refused; the log of the car function names the file and the reason.',
    });
    const fallen = this.add('Fallbacks', this.own(fallbacks), {
      says: 'The current model cannot be loaded and the one before it serves instead; /health names both, and the log says why.',
    });
    this.rollback = [errors, failures, models, fallen];
    this.addRate('Throttles', live.metricThrottles(sum), requests, {
      says: 'Requests are turned away for want of concurrency; raise reservedConcurrency or the limit of the account.',
    });
    const slow = slowSeconds(settings);
    const slowAnswers = api.metricLatency({ period, statistic: `TC(${slow * 1000}:)` });
    this.addRate('Latency', slowAnswers, requests, {
      says: `One visitor in fifty waits for more than ${slow} seconds, longer than the largest picture takes.`,
      times: 3,
    });
    this.addRate('LateAnswers', this.own(lateAnswers), requests, {
      says: 'Requests are given up because they take too long; memory brings computing power, and timeout time.',
    });
    this.addRate('TooManyRequests', this.tooManyRequests, requests, {
      says: 'The API turns visitors away with 429, one in ten or more: more come than throttleRate lets through, or somebody floods it.',
      threshold: 10,
      times: 3,
    });
  }

  /** Those that there are wherever the stack is. */
  get all(): readonly Alarm[] {
    return this.made.filter(
      ({ node: { defaultChild } }) => !(defaultChild instanceof CfnAlarm && defaultChild.cfnOptions.condition),
    );
  }

  /** An alarm on how many of all it is, in percent. */
  addRate(id: string, bad: IMetric, all: IMetric, { threshold = 2, times = 2, says }: AlarmSettings): Alarm {
    const rate = new MathExpression({
      // What was never counted is no number, and most of these are counted only when they happen.
      expression: `100 * FILL(bad, 0) / IF(all < ${fewest}, ${fewest}, all)`,
      usingMetrics: { bad, all },
      period,
      label: '%',
    });
    return this.add(id, rate, { says, threshold, times });
  }

  add(id: string, metric: IMetric, { says, threshold = 1, times = 1 }: AlarmSettings): Alarm {
    const alarm = new Alarm(this, id, {
      metric,
      alarmDescription: says,
      threshold,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      datapointsToAlarm: times,
      evaluationPeriods: 5,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
    return this.tell(alarm);
  }

  /** An alarm that goes off when, of three periods, two have less than one of something, or nothing at all. */
  addSilence(id: string, metric: IMetric, says: string): Alarm {
    const alarm = new Alarm(this, id, {
      metric,
      alarmDescription: says,
      threshold: 1,
      comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
      datapointsToAlarm: 2,
      evaluationPeriods: 3,
      treatMissingData: TreatMissingData.BREACHING,
    });
    return this.tell(alarm);
  }

  private tell(alarm: Alarm): Alarm {
    alarm.addAlarmAction(this.action);
    alarm.addOkAction(this.action);
    this.made.push(alarm);
    return alarm;
  }

  /** The function logs one JSON object a line, and a filter counts the lines of these messages. */
  private countModelFailures(logGroup: ILogGroup): IMetric {
    const messages = Object.values(modelFailures).map((message) =>
      FilterPattern.stringValue('$.message', '=', message),
    );
    return this.countLines('ModelFailures', { logGroup, filterPattern: FilterPattern.any(...messages) });
  }

  /** The API itself counts them among all 4xx, which visitors' own mistakes are too. */
  private countTooManyRequests(logGroup: ILogGroup): IMetric {
    return this.countLines('Refused', { logGroup, filterPattern: FilterPattern.stringValue('$.status', '=', '429') });
  }

  private countLines(metricName: string, lines: Pick<MetricFilterProps, 'logGroup' | 'filterPattern'>): IMetric {
    const { namespace: metricNamespace } = this;
    return new MetricFilter(this, metricName, { ...lines, metricNamespace, metricName }).metric(sum);
  }

  /** What the function counts for itself. */
  private own(metricName: string): IMetric {
    return new Metric({ namespace: this.namespace, dimensionsMap: ownDimensions, metricName, ...sum });
  }
}
