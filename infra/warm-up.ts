import { Duration } from 'aws-cdk-lib';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Schedule, ScheduleExpression, ScheduleTargetInput } from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import type { Construct } from 'constructs';

/** Lambda drops an idle copy after an unpublished time of more than this. */
const interval = Duration.minutes(5);

/**
 * Pings the function so that a copy with the model loaded is there for the next visitor. The ping goes straight to the
 * function: through the API it would count as a request. A ping that failed is not repeated, since the next one is near.
 */
export function createWarmUp(scope: Construct, handler: IFunction): Schedule {
  return new Schedule(scope, 'WarmUp', {
    description: 'Keeps a copy of the car function warm',
    schedule: ScheduleExpression.rate(interval),
    target: new LambdaInvoke(handler, {
      input: ScheduleTargetInput.fromObject({ warmup: true }),
      retryAttempts: 0,
      maxEventAge: Duration.minutes(1),
    }),
  });
}
