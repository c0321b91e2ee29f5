import { Duration } from 'aws-cdk-lib';
import {
  Alarm,
  ComparisonOperator,
  type IMetric,
  MathExpression,
  Stats,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { IScheduleGroup } from 'aws-cdk-lib/aws-scheduler';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';

/** Calls of the schedules of a group, in five minutes, that their target refused or that were given up. */
export function failedSchedules(schedules: IScheduleGroup): IMetric {
  const period = Duration.minutes(5);
  const sum = { period, statistic: Stats.SUM };
  return new MathExpression({
    expression: 'FILL(refused, 0) + FILL(dropped, 0)',
    usingMetrics: { refused: schedules.metricTargetErrors(sum), dropped: schedules.metricDropped(sum) },
    period,
    label: 'failed schedules',
  });
}

/** An alarm on a schedule whose calls are days apart: one that failed goes unnoticed otherwise. */
export function tellFailedSchedule(scope: Construct, schedules: IScheduleGroup, notices: ITopic): Alarm {
  const alarm = new Alarm(scope, 'FailedSchedule', {
    metric: failedSchedules(schedules),
    alarmDescription: 'A training could not be started by its schedule; look at its role, and at the state machine.',
    threshold: 1,
    evaluationPeriods: 1,
    comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    treatMissingData: TreatMissingData.NOT_BREACHING,
  });
  const action = new SnsAction(notices);
  alarm.addAlarmAction(action);
  alarm.addOkAction(action);
  return alarm;
}
