import { CfnOutput, IgnoreMode, Stack, type StackProps } from 'aws-cdk-lib';
import { DockerImageAsset, Platform } from 'aws-cdk-lib/aws-ecr-assets';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { ScheduleExpression, ScheduleTargetInput } from 'aws-cdk-lib/aws-scheduler';
import { StepFunctionsStartExecution } from 'aws-cdk-lib/aws-scheduler-targets';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import type { ImageSource } from '../assets/image-source.ts';
import { createBulkFunction } from '../bulk/bulk-function.ts';
import { BulkMachine } from '../bulk/bulk-machine.ts';
import { createCarBucket } from '../bulk/car-bucket.ts';
import type { Settings } from '../context.ts';
import { tellFailedSchedule } from '../shared/failed-schedules.ts';
import { tellLostExecutions } from '../shared/lost-executions.ts';
import { addSchedule, createScheduleGroup } from '../shared/schedule-group.ts';
import { trustOwnAccountOnly } from '../shared/source-account.ts';
import { createPromoteFunction } from './promote-function.ts';
import { createArtefactBucket, createDataBucket } from './training-buckets.ts';
import { TrainingMachine } from './training-machine.ts';
import { createTrainingRole } from './training-role.ts';
import { TuningMachine } from './tuning-machine.ts';

export interface TrainingStackProps extends StackProps {
  readonly settings: Settings;
  readonly image: ImageSource;
  /** The folder that `buildLambdaAsset` made of functions/promote. */
  readonly promoteCode: string;
  /** The same of functions/bulk. */
  readonly bulkCode: string;
  /** The serving stack's: where a model goes that is let through, and who is told. */
  readonly models: IBucket;
  readonly notices: ITopic;
}

/** The CUDA that TensorFlow.js's GPU package is built for. */
const gpuBase = 'nvidia/cuda:11.2.2-cudnn8-runtime-ubuntu20.04';

/**
 * From photographs to a served model, by one execution of a state machine. Nothing in it runs, and hardly anything costs,
 * until an execution is started.
 */
export class TrainingStack extends Stack {
  constructor(scope: Construct, id: string, { settings, image: source, ...props }: TrainingStackProps) {
    super(scope, id, { description: 'freshcar: trains models, lets the better ones through, draws in bulk', ...props });
    const { models, notices, promoteCode, bulkCode } = props;
    const data = createDataBucket(this);
    const artefacts = createArtefactBucket(this);
    const image = new DockerImageAsset(this, 'Image', {
      ...source,
      ignoreMode: IgnoreMode.DOCKER,
      platform: Platform.LINUX_AMD64,
      ...(settings.trainingDevice === 'gpu' && { buildArgs: { DEVICE: 'gpu', BASE: gpuBase } }),
    });
    const role = createTrainingRole(this, { data, artefacts, image });
    const promote = createPromoteFunction(this, { code: promoteCode, models, artefacts, settings });
    const jobs = {
      image: image.imageUri,
      role,
      roleArn: role.roleArn,
      data: data.bucketName,
      artefacts: artefacts.bucketName,
      notices,
      settings,
    };
    const { machine } = new TrainingMachine(this, 'Training', { ...jobs, promote });
    const tuning = new TuningMachine(this, 'Tuning', jobs);
    const cars = createCarBucket(this);
    const bulk = createBulkFunction(this, { code: bulkCode, models, cars, settings });
    const generation = new BulkMachine(this, 'Generation', { bulk, cars, notices, settings });
    tellLostExecutions(this, [machine, tuning.machine, generation.machine], notices);
    if (settings.trainingSchedule !== undefined) {
      const schedules = createScheduleGroup(this);
      addSchedule(this, {
        description: 'Trains again on the data that is there by then',
        schedule: ScheduleExpression.expression(settings.trainingSchedule),
        scheduleGroup: schedules,
        target: new StepFunctionsStartExecution(machine, {
          input: ScheduleTargetInput.fromObject({}),
          retryAttempts: 0,
        }),
      });
      tellFailedSchedule(this, schedules, notices);
    }
    trustOwnAccountOnly(this);

    const output = (name: string, description: string, value: string) =>
      new CfnOutput(this, name, { description, value });
    const startOf = ({ stateMachineArn }: StateMachine) =>
      `aws stepfunctions start-execution --state-machine-arn ${stateMachineArn}`;
    const start = startOf(machine);
    output('DataBucket', 'Where the packed photographs belong', data.bucketName);
    output('ArtefactBucket', 'Where checkpoints and candidates are', artefacts.bucketName);
    output(
      'UploadTraining',
      'Puts the pictures to train on there',
      `aws s3 cp train.npy s3://${data.bucketName}/train/`,
    );
    output(
      'UploadHeldOut',
      'Puts those to measure with there',
      `aws s3 cp held-out.npy s3://${data.bucketName}/held-out/`,
    );
    output('Train', 'Trains, measures, and lets the model through if it is better', start);
    output(
      'TrainLonger',
      'The same with settings of yours',
      `${start} --input '{"hyperparameters":{"preset":"fresh","epochs":"1000"}}'`,
    );
    output('Tune', 'Trains with many settings, a few at once, and tells the best', startOf(tuning.machine));
    output('CarBucket', 'Where cars that are drawn in bulk are', cars.bucketName);
    output(
      'DrawMillion',
      'Draws a million cars into sharded files with a manifest',
      `${startOf(generation.machine)} --input '{"count":1000000,"destination":"million/"}'`,
    );
  }
}
