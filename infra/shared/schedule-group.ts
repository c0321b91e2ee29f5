import { RemovalPolicy } from 'aws-cdk-lib';
import { type IScheduleGroup, Schedule, ScheduleGroup, type ScheduleProps } from 'aws-cdk-lib/aws-scheduler';
import type { Construct } from 'constructs';

/** A group of a stack's own schedules: EventBridge counts what failed by group, and the default one is the whole account's. */
export function createScheduleGroup(scope: Construct): ScheduleGroup {
  // It has a name of the stack's own, so that one which stayed would be in the next stack's way.
  return new ScheduleGroup(scope, 'Schedules', { removalPolicy: RemovalPolicy.DESTROY });
}

/** A schedule in such a group. CloudFormation sees only the group's name, not that it has to be there first. */
export function addSchedule(
  scope: Construct,
  props: ScheduleProps & { readonly scheduleGroup: IScheduleGroup },
): Schedule {
  const schedule = new Schedule(scope, 'Schedule', props);
  schedule.node.addDependency(props.scheduleGroup);
  return schedule;
}
