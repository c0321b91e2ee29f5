import { CfnElement, Duration, Stack, Validations } from 'aws-cdk-lib';
import type { IRole } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import {
  type Chain,
  Choice,
  Condition,
  DefinitionBody,
  type IChainable,
  JsonPath,
  StateMachine,
  Succeed,
  TaskInput,
} from 'aws-cdk-lib/aws-stepfunctions';
import { LambdaInvoke } from 'aws-cdk-lib/aws-stepfunctions-tasks';
import { Construct } from 'constructs';
import { ExecutionFailure, tell } from '../shared/execution-failure.ts';
import { checkInput } from '../shared/execution-input.ts';
import { acknowledgeQuietMachine } from '../shared/quiet-machine.ts';
import { findPictures } from './find-pictures.ts';
import { artefactPrefixes } from './training-buckets.ts';
import { trainingInput } from './training-input.ts';
import { evaluationJob, type JobProps, sageMakerJob, trainingJob } from './training-jobs.ts';
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
    const failure = new ExecutionFailure(this, props.notices, 'a training failed');
    const measured = this.measure(props, failure);
    const trained = findPictures(this, props.data, this.train(props, measured, failure), failure);
    this.machine = new StateMachine(this, 'Machine', {
      comment: 'Trains a model, measures it, and lets it through if it is better',
      definitionBody: DefinitionBody.fromChainable(checkInput(this, trainingInput, trained, failure)),
      // A training and its wait for a machine take five days each at most.
      timeout: Duration.days(11),
    });
    allowJobs(this.machine, props.role, ['Training', 'Processing']);
    acknowledgeQuietMachine(this.machine);
    const { defaultChild } = props.promote.node;
    const promote = CfnElement.isCfnElement(defaultChild) ? Stack.of(this).getLogicalId(defaultChild) : '';
    Validations.of(this.machine).acknowledge({
      id: `AwsSolutions::AwsSolutions-IAM5[Resource::<${promote}.Arn>:*]`,
      reason: 'The right to call a function is given for its versions too; it is this one function all the same.',
    });
  }

  private train(props: TrainingMachineProps, measured: IChainable, failure: ExecutionFailure): Chain {
    const train = sageMakerJob(this, 'Train', 'createTrainingJob', {
      Parameters: trainingJob(props),
      ResultSelector: { 'model.$': '$.ModelArtifacts.S3ModelArtifacts', 'status.$': '$.TrainingJobStatus' },
      ResultPath: '$.training',
    });
    const stopped = 'The training was stopped before its end; start an execution with the same run to go on.';
    return train
      .addCatch(failure.caught, { resultPath: '$.failure' })
      .next(
        new Choice(this, 'Finished?')
          .when(Condition.stringEquals('$.training.status', 'Completed'), measured)
          .otherwise(failure.because('TrainingStopped', stopped)),
      );
  }

  private measure(props: TrainingMachineProps, failure: ExecutionFailure): Chain {
    const { notices } = props;
    const evaluate = sageMakerJob(this, 'Evaluate', 'createProcessingJob', {
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
      .addCatch(failure.caught, { resultPath: '$.failure' })
      .next(promote.addCatch(failure.caught, { resultPath: '$.failure' }))
      .next(
        new Choice(this, 'LetThrough?')
          .when(
            Condition.booleanEquals('$.promotion.passed', true),
            tell(this, notices, 'TellPromoted', 'freshcar: a new model is served', reason).next(done),
          )
          .otherwise(tell(this, notices, 'TellKept', 'freshcar: a new model is a candidate', reason).next(done)),
      );
  }
}
