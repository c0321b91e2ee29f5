import { Duration, Validations } from 'aws-cdk-lib';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { type IScheduleGroup, ScheduleExpression, ScheduleTargetInput } from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke, StepFunctionsStartExecution } from 'aws-cdk-lib/aws-scheduler-targets';
import {
  DefinitionBody,
  Map as MapState,
  StateMachine,
  StateMachineType,
  TaskInput,
} from 'aws-cdk-lib/aws-stepfunctions';
import { LambdaInvoke as CallLambda } from 'aws-cdk-lib/aws-stepfunctions-tasks';
import { Construct } from 'constructs';
import { addSchedule } from '../shared/schedule-group.ts';

/** Lambda drops an idle copy after an unpublished time of more than this. */
const interval = Duration.minutes(5);
/** How long a pinged copy stays busy, so that the other pings of the round reach other copies. */
const hold = Duration.millis(500);

export interface WarmUpProps {
  readonly handler: IFunction;
  readonly schedules: IScheduleGroup;
  /** How many copies of the function to keep warm, 1 or more. */
  readonly copies: number;
}

/**
 * Pings the function so that copies with the model loaded are there for the next visitors. The pings go straight to the
 * function: through the API they would count as requests. A ping that failed is not repeated, since the next one is near.
 *
 * One copy needs one ping. Several need as many at the same moment, each answered only after a while; schedules are
 * true to the minute only, so one schedule starts an express state machine which pings them all at once.
 */
export class WarmUp extends Construct {
  constructor(scope: Construct, id: string, { handler, schedules, copies }: WarmUpProps) {
    super(scope, id);
    const rules = { retryAttempts: 0, maxEventAge: Duration.minutes(1) };
    addSchedule(this, {
      description: `Keeps ${copies} warm of the car function`,
      schedule: ScheduleExpression.rate(interval),
      scheduleGroup: schedules,
      target:
        copies === 1
          ? new LambdaInvoke(handler, { input: ScheduleTargetInput.fromObject({ warmup: true }), ...rules })
          : new StepFunctionsStartExecution(this.createRound(handler, copies), {
              input: ScheduleTargetInput.fromObject({ copies: Array.from({ length: copies }, (_, copy) => copy) }),
              ...rules,
            }),
    });
  }

  /** A state machine that pings the function once for each element of its input's `copies`, all at once. */
  private createRound(handler: IFunction, copies: number): StateMachine {
    const ping = new CallLambda(this, 'Ping', {
      lambdaFunction: handler,
      payload: TaskInput.fromObject({ warmup: true, hold: hold.toMilliseconds() }),
      retryOnServiceExceptions: false,
    });
    const round = new MapState(this, 'Copies', { itemsPath: '$.copies', maxConcurrency: copies });
    const machine = new StateMachine(this, 'Round', {
      comment: 'Pings as many copies of the car function at once as are to be kept warm',
      definitionBody: DefinitionBody.fromChainable(round.itemProcessor(ping)),
      stateMachineType: StateMachineType.EXPRESS,
      timeout: Duration.minutes(1),
    });
    Validations.of(machine).acknowledge(
      {
        id: 'AwsSolutions::AwsSolutions-SF1',
        reason: 'A ping has nothing to tell; those that fail are counted by the metrics of the machine.',
      },
      {
        id: 'AwsSolutions::AwsSolutions-SF2',
        reason: 'A ping is one call of a function; there is no way through it to trace.',
      },
    );
    return machine;
  }
}
