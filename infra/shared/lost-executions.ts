import { EventField, Rule, RuleTargetInput } from 'aws-cdk-lib/aws-events';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';

/** How an execution ends by Step Functions' own doing, past every catch. */
const lost = { status: ['TIMED_OUT', 'ABORTED'], error: ['States.Runtime', 'States.DataLimitExceeded'] } as const;

/**
 * Has the topic told of executions that could not tell it themselves: those that ran out of time, were stopped by hand, or met
 * an error that no state can catch. All others tell how they ended by a state of their own.
 */
export function tellLostExecutions(scope: Construct, machines: readonly StateMachine[], notices: ITopic): Rule {
  const field = (name: string) => EventField.fromPath(`$.detail.${name}`);
  const message = `The execution ${field('name')} ended as ${field('status')} without a word of its own. See why: aws stepfunctions describe-execution --execution-arn ${field('executionArn')}`;
  return new Rule(scope, 'LostExecutions', {
    description: 'Executions that could not tell how they ended',
    eventPattern: {
      source: ['aws.states'],
      detailType: ['Step Functions Execution Status Change'],
      detail: {
        stateMachineArn: machines.map(({ stateMachineArn }) => stateMachineArn),
        $or: [{ status: lost.status }, { status: ['FAILED'], error: lost.error }],
      },
    },
    // Not by the construct library's own target: that would add a right without conditions to the topic's policy.
    targets: [{ bind: () => ({ arn: notices.topicArn, input: RuleTargetInput.fromText(message) }) }],
  });
}
