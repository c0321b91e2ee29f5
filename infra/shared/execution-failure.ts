import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Choice, Condition, Fail, type IChainable, JsonPath, Pass, TaskInput } from 'aws-cdk-lib/aws-stepfunctions';
import { SnsPublish } from 'aws-cdk-lib/aws-stepfunctions-tasks';
import type { Construct } from 'constructs';

/** Tells the topic something and goes on with what there was before. */
export function tell(scope: Construct, topic: ITopic, id: string, subject: string, message: string): SnsPublish {
  return new SnsPublish(scope, id, {
    topic,
    subject,
    message: TaskInput.fromText(message),
    resultPath: JsonPath.DISCARD,
  });
}

/** The member that holds the sentence in what a failed service gives as the cause: a job's description, or a function's error. */
const sentences = { OfAJob: 'FailureReason', OfAFunction: 'errorMessage' } as const;

/** How executions of a state machine fail: the topic is told why, then they end. */
export class ExecutionFailure {
  /** Where an error is caught to, as `$.failure`. */
  readonly caught: IChainable;
  private readonly scope: Construct;

  /** @param what Ends the notice's subject, such as "a training failed". */
  constructor(scope: Construct, notices: ITopic, what: string) {
    this.scope = scope;
    const message = JsonPath.format(
      'The execution {} failed ({}): {}',
      JsonPath.stringAt('$$.Execution.Name'),
      JsonPath.stringAt('$.failure.Error'),
      JsonPath.stringAt('$.failure.Cause'),
    );
    const told = tell(scope, notices, 'TellFailure', `freshcar: ${what}`, message);
    told.next(new Fail(scope, 'Failed', { errorPath: '$.failure.Error', causePath: '$.failure.Cause' }));
    const choice = new Choice(scope, 'WhoseCause?');
    for (const [id, member] of Object.entries(sentences))
      choice.when(Condition.stringMatches('$.failure.Cause', `{*"${member}":"*}`), this.read(id, member).next(told));
    this.caught = choice.otherwise(told);
  }

  /** A failure for a reason of our own. */
  because(id: string, sentence: string): IChainable {
    const parameters = { Error: id, Cause: sentence };
    return new Pass(this.scope, id, { parameters, resultPath: '$.failure' }).next(this.caught);
  }

  /** Of all that AWS describes only the sentence is told. */
  private read(id: string, member: string) {
    const parse = new Pass(this.scope, `Read${id}`, {
      parameters: { described: JsonPath.stringToJson(JsonPath.stringAt('$.failure.Cause')) },
      resultPath: '$.failed',
    });
    const use = new Pass(this.scope, `Use${id}`, {
      parameters: {
        Error: JsonPath.stringAt('$.failure.Error'),
        Cause: JsonPath.stringAt(`$.failed.described.${member}`),
      },
      resultPath: '$.failure',
    });
    return parse.next(use);
  }
}
