import { Aws, CfnElement, Duration, Stack, Validations } from 'aws-cdk-lib';
import type { IRole } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import {
  type Chain,
  Choice,
  Condition,
  CustomState,
  DefinitionBody,
  Fail,
  type IChainable,
  JsonPath,
  Pass,
  StateMachine,
  Succeed,
  TaskInput,
} from 'aws-cdk-lib/aws-stepfunctions';
import { LambdaInvoke, SnsPublish } from 'aws-cdk-lib/aws-stepfunctions-tasks';
import { Construct } from 'constructs';
import { artefactPrefixes } from './training-buckets.ts';
import { defaultInput, inputIsUsable, inputRules } from './training-input.ts';
import { evaluationJob, type JobProps, trainingJob } from './training-jobs.ts';
import { allowJobs } from './training-machine-rights.ts';

export interface TrainingMachineProps extends JobProps {
  /** What the jobs run as. */
  readonly role: IRole;
  readonly promote: IFunction;
  readonly notices: ITopic;
}

/**
 * From data to a served model: checks the input, trains, measures, and lets the new model through if the gate does. The
 * topic is told how it ended, whichever way. An execution whose input names the `run` of an earlier one goes on from the
 * checkpoints of that.
 */
export class TrainingMachine extends Construct {
  readonly machine: StateMachine;

  constructor(scope: Construct, id: string, props: TrainingMachineProps) {
    super(scope, id);
    const failed = this.failure(props.notices);
    const measured = this.measure(props, failed);
    const trained = this.train(props, measured, failed);
    this.machine = new StateMachine(this, 'Machine', {
      comment: 'Trains a model, measures it, and lets it through if it is better',
      definitionBody: DefinitionBody.fromChainable(this.begin(trained, failed)),
      // A training and its wait for a machine take five days each at most.
      timeout: Duration.days(11),
    });
    allowJobs(this.machine, props.role);
    const { defaultChild } = props.promote.node;
    const promote = CfnElement.isCfnElement(defaultChild) ? Stack.of(this).getLogicalId(defaultChild) : '';
    Validations.of(this.machine).acknowledge(
      {
        id: `AwsSolutions::AwsSolutions-IAM5[Resource::<${promote}.Arn>:*]`,
        reason: 'The right to call a function is given for its versions too; it is this one function all the same.',
      },
      {
        id: 'AwsSolutions::AwsSolutions-SF1',
        reason: 'Executions keep their own history for 90 days, and each of their jobs has a log.',
      },
      {
        id: 'AwsSolutions::AwsSolutions-SF2',
        reason: 'An execution is a handful of steps that take hours; its history says how long each of them took.',
      },
    );
  }

  /** Lays the execution's input over the defaults, and refuses what no job could be made of. */
  private begin(trained: IChainable, failed: IChainable): Chain {
    const run = JsonPath.stringAt('$$.Execution.Name');
    const defaults = new Pass(this, 'Defaults', {
      parameters: { defaults: { ...defaultInput, run }, given: JsonPath.entirePayload },
    });
    const complete = new Pass(this, 'Complete', {
      parameters: { input: JsonPath.jsonMerge(JsonPath.objectAt('$.defaults'), JsonPath.objectAt('$.given')) },
      outputPath: '$.input',
    });
    const refuse = this.fault('InvalidInput', inputRules, failed);
    return defaults.next(complete).next(new Choice(this, 'Usable?').when(inputIsUsable, trained).otherwise(refuse));
  }

  private train(props: TrainingMachineProps, measured: IChainable, failed: IChainable): Chain {
    const train = this.job('Train', 'createTrainingJob', {
      Parameters: trainingJob(props),
      ResultSelector: { 'model.$': '$.ModelArtifacts.S3ModelArtifacts', 'status.$': '$.TrainingJobStatus' },
      ResultPath: '$.training',
    });
    const stopped = 'The training was stopped before its end; start an execution with the same run to go on.';
    return train
      .addCatch(failed, { resultPath: '$.failure' })
      .next(
        new Choice(this, 'Finished?')
          .when(Condition.stringEquals('$.training.status', 'Completed'), measured)
          .otherwise(this.fault('TrainingStopped', stopped, failed)),
      );
  }

  private measure(props: TrainingMachineProps, failed: IChainable): Chain {
    const { notices } = props;
    const evaluate = this.job('Evaluate', 'createProcessingJob', {
      Parameters: evaluationJob(props),
      ResultPath: null,
    });
    const candidate = `${artefactPrefixes.candidates}{}/`;
    const promote = new LambdaInvoke(this, 'Promote', {
      lambdaFunction: props.promote,
      payload: TaskInput.fromObject({
        candidate: JsonPath.format(candidate, JsonPath.stringAt('$$.Execution.Name')),
        gate: JsonPath.objectAt('$.gate'),
      }),
      resultSelector: {
        passed: JsonPath.objectAt('$.Payload.passed'),
        version: JsonPath.stringAt('$.Payload.version'),
        reason: JsonPath.stringAt('$.Payload.reason'),
      },
      resultPath: '$.promotion',
    });
    const reason = JsonPath.stringAt('$.promotion.reason');
    const done = new Succeed(this, 'Done', { outputPath: '$.promotion' });
    return evaluate
      .addCatch(failed, { resultPath: '$.failure' })
      .next(promote.addCatch(failed, { resultPath: '$.failure' }))
      .next(
        new Choice(this, 'LetThrough?')
          .when(
            Condition.booleanEquals('$.promotion.passed', true),
            this.tell(notices, 'TellPromoted', 'freshcar: a new model is served', reason).next(done),
          )
          .otherwise(this.tell(notices, 'TellKept', 'freshcar: a new model is a candidate', reason).next(done)),
      );
  }

  /** Tells of `$.failure` and ends. Of a failed job its own reason is told, not the whole description that AWS gives. */
  private failure(notices: ITopic): IChainable {
    const message = JsonPath.format(
      'The run {} failed ({}): {}',
      JsonPath.stringAt('$.run'),
      JsonPath.stringAt('$.failure.Error'),
      JsonPath.stringAt('$.failure.Cause'),
    );
    const tell = this.tell(notices, 'TellFailure', 'freshcar: a training failed', message);
    tell.next(new Fail(this, 'Failed', { errorPath: '$.failure.Error', causePath: '$.failure.Cause' }));
    const read = new Pass(this, 'ReadReason', {
      parameters: { job: JsonPath.stringToJson(JsonPath.stringAt('$.failure.Cause')) },
      resultPath: '$.failed',
    });
    const use = new Pass(this, 'UseReason', {
      parameters: {
        Error: JsonPath.stringAt('$.failure.Error'),
        Cause: JsonPath.stringAt('$.failed.job.FailureReason'),
      },
      resultPath: '$.failure',
    });
    read.next(use).next(tell);
    return new Choice(this, 'OfAJob?')
      .when(Condition.stringMatches('$.failure.Cause', '{*"FailureReason":*}'), read)
      .otherwise(tell);
  }

  private fault(id: string, sentence: string, failed: IChainable): Chain {
    return new Pass(this, id, { parameters: { Error: id, Cause: sentence }, resultPath: '$.failure' }).next(failed);
  }

  private job(id: string, call: string, more: Record<string, unknown>): CustomState {
    const Resource = `arn:${Aws.PARTITION}:states:::sagemaker:${call}.sync`;
    return new CustomState(this, id, { stateJson: { Type: 'Task', Resource, ...more } });
  }

  private tell(topic: ITopic, id: string, subject: string, message: string): SnsPublish {
    return new SnsPublish(this, id, {
      topic,
      subject,
      message: TaskInput.fromText(message),
      resultPath: JsonPath.DISCARD,
    });
  }
}
