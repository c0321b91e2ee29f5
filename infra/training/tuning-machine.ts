import { Duration } from 'aws-cdk-lib';
import type { IRole } from 'aws-cdk-lib/aws-iam';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import {
  type Chain,
  Choice,
  Condition,
  DefinitionBody,
  JsonPath,
  Pass,
  StateMachine,
  Succeed,
} from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import type { Settings } from '../context.ts';
import { ExecutionFailure, tell } from '../shared/execution-failure.ts';
import { checkInput } from '../shared/execution-input.ts';
import { acknowledgeQuietMachine } from '../shared/quiet-machine.ts';
import { findPictures } from './find-pictures.ts';
import { sageMakerJob } from './training-jobs.ts';
import { allowJobs } from './training-machine-rights.ts';
import { tuningInput } from './tuning-input.ts';
import { type TuningJobProps, tuningJob } from './tuning-job.ts';

export type TuningMachineProps = TuningJobProps & {
  /** What the trainings run as. */
  readonly role: IRole;
  readonly notices: ITopic;
  readonly settings: Pick<Settings, 'tuningJobs' | 'tuningParallel'>;
};

/**
 * Looks for better settings: many trainings on spot machines, each measured on pictures that it has not seen. The topic is
 * told the best one's settings, in the words that an execution of the training takes them; nothing is promoted.
 */
export class TuningMachine extends Construct {
  readonly machine: StateMachine;

  constructor(scope: Construct, id: string, props: TuningMachineProps) {
    super(scope, id);
    const failure = new ExecutionFailure(this, props.notices, 'a tuning failed');
    const tuned = findPictures(this, props.data, this.tune(props, failure), failure);
    this.machine = new StateMachine(this, 'Machine', {
      comment: 'Trains with many settings and tells the best',
      definitionBody: DefinitionBody.fromChainable(checkInput(this, tuningInput(props.settings), tuned, failure)),
      // Enough for 100 trainings of twelve hours' wait and work, three at a time.
      timeout: Duration.days(21),
    });
    allowJobs(this.machine, props.role, ['HyperParameterTuning']);
    acknowledgeQuietMachine(this.machine);
  }

  private tune(props: TuningMachineProps, failure: ExecutionFailure): Chain {
    const tune = sageMakerJob(this, 'Tune', 'createHyperParameterTuningJob', {
      Parameters: tuningJob(props),
      ResultPath: '$.tuning',
    });
    const nothing = 'No training came to its end, so there is no best one; the log of each says why.';
    return tune
      .addCatch(failure.caught, { resultPath: '$.failure' })
      .next(
        new Choice(this, 'ABestOne?')
          .when(Condition.isPresent('$.tuning.BestTrainingJob.TrainingJobName'), this.tellBest(props.notices))
          .otherwise(failure.because('NothingTuned', nothing)),
      );
  }

  private tellBest(notices: ITopic): Chain {
    const best = '$.tuning.BestTrainingJob';
    const [hyperparameters, tuned] = ['$.hyperparameters', `${best}.TunedHyperParameters`].map(JsonPath.objectAt);
    const collect = new Pass(this, 'Best', {
      parameters: {
        job: JsonPath.stringAt(`${best}.TrainingJobName`),
        score: JsonPath.objectAt(`${best}.FinalHyperParameterTuningJobObjectiveMetric`),
        input: {
          train: JsonPath.stringAt('$.train'),
          heldOut: JsonPath.stringAt('$.heldOut'),
          hyperparameters: JsonPath.jsonMerge(hyperparameters, tuned),
        },
      },
      resultPath: '$.best',
    });
    const message = JsonPath.format(
      'The tuning {} is over ({}). Its best training is {}, with {} {}. To train with its settings, start the training with the input {}',
      JsonPath.stringAt('$$.Execution.Name'),
      JsonPath.stringAt('$.tuning.HyperParameterTuningJobStatus'),
      JsonPath.stringAt('$.best.job'),
      JsonPath.stringAt('$.best.score.MetricName'),
      JsonPath.stringAt('$.best.score.Value'),
      JsonPath.jsonToString(JsonPath.objectAt('$.best.input')),
    );
    return collect
      .next(tell(this, notices, 'TellBest', 'freshcar: a tuning is done', message))
      .next(new Succeed(this, 'Done', { outputPath: '$.best' }));
  }
}
