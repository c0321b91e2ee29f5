import { Aws, Duration } from 'aws-cdk-lib';
import { CustomState, JitterType, type RetryProps } from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import type { Settings } from '../context.ts';
import { artefactPrefixes } from './training-buckets.ts';
import { trainingMetrics } from './training-metrics.ts';

export interface JobProps {
  readonly image: string;
  readonly roleArn: string;
  /** Names of the buckets. */
  readonly data: string;
  readonly artefacts: string;
  readonly settings: Pick<Settings, 'trainingInstance'>;
}

/** The beginning of every job's name; the state machine may start and stop jobs of this name only. */
export const jobPrefix = 'freshcar-';
export const tags = [{ Key: 'project', Value: 'freshcar' }];
/** Gigabytes of a job's disk: data, checkpoints and model take a few hundred megabytes. */
const volume = 30;
/** An evaluation takes minutes. */
const evaluationSeconds = 3600;

/** A state that starts a job of SageMaker and waits for its end. */
export function sageMakerJob(
  scope: Construct,
  id: string,
  call: 'createTrainingJob' | 'createProcessingJob' | 'createHyperParameterTuningJob',
  more: Readonly<Record<string, unknown>>,
): CustomState {
  const Resource = `arn:${Aws.PARTITION}:states:::sagemaker:${call}.sync`;
  const job = new CustomState(scope, id, { stateJson: { Type: 'Task', Resource, ...more } });
  for (const retry of retries) job.addRetry(retry);
  return job;
}

/**
 * What a second call may get over: SageMaker being busy, and no machine or no quota being free, for which an hour is waited.
 * Only calls that started nothing: a job that began and failed has an error of another name, and is told.
 */
const retries: readonly RetryProps[] = [
  {
    errors: ['SageMaker.AmazonSageMakerException'],
    interval: Duration.seconds(5),
    backoffRate: 2,
    maxAttempts: 6,
    jitterStrategy: JitterType.FULL,
  },
  {
    errors: ['SageMaker.ResourceLimitExceededException'],
    interval: Duration.minutes(2),
    backoffRate: 1,
    maxAttempts: 30,
  },
];

/** What is the same for every training, alone or as one of a tuning: on a spot machine and cut off from the network. */
export function trainingDefinition({ roleArn, artefacts, settings }: JobProps): Record<string, unknown> {
  return {
    RoleArn: roleArn,
    OutputDataConfig: { S3OutputPath: `s3://${artefacts}/${artefactPrefixes.models}` },
    ResourceConfig: { InstanceType: settings.trainingInstance, InstanceCount: 1, VolumeSizeInGB: volume },
    EnableManagedSpotTraining: true,
    StoppingCondition: {
      'MaxRuntimeInSeconds.$': '$.maxRuntimeSeconds',
      'MaxWaitTimeInSeconds.$': '$.maxWaitSeconds',
    },
    EnableNetworkIsolation: true,
    EnableInterContainerTrafficEncryption: true,
  };
}

/**
 * What `CreateTrainingJob` is called with, as a state's parameters: names that end in `.$` are taken from the execution's
 * input. Checkpoints lie under the run's name, so that a run of the same name goes on from them.
 */
export function trainingJob(props: JobProps): Record<string, unknown> {
  const { image, data, artefacts } = props;
  return {
    'TrainingJobName.$': `States.Format('${jobPrefix}{}', $$.Execution.Name)`,
    ...trainingDefinition(props),
    AlgorithmSpecification: { TrainingImage: image, TrainingInputMode: 'File', MetricDefinitions: trainingMetrics },
    'HyperParameters.$': '$.hyperparameters',
    InputDataConfig: [channel('train', data, '$.train')],
    CheckpointConfig: { 'S3Uri.$': `States.Format('s3://${artefacts}/${artefactPrefixes.checkpoints}{}/', $.run)` },
    Tags: tags,
  };
}

/** @param path Where the execution's input names the folder of the data bucket. */
export function channel(name: string, data: string, path: string): Record<string, unknown> {
  return {
    ChannelName: name,
    DataSource: {
      S3DataSource: {
        S3DataType: 'S3Prefix',
        'S3Uri.$': `States.Format('s3://${data}/{}', ${path})`,
        S3DataDistributionType: 'FullyReplicated',
      },
    },
  };
}

/** What `CreateProcessingJob` is called with to measure the model that the training left. */
export function evaluationJob({ image, roleArn, data, artefacts, settings }: JobProps): Record<string, unknown> {
  const input = (name: string, uri: Record<string, string>) => ({
    InputName: name,
    S3Input: { ...uri, LocalPath: `/opt/ml/processing/input/${name}`, S3DataType: 'S3Prefix', S3InputMode: 'File' },
  });
  const dataset = (name: string, path: string) =>
    input(name, { 'S3Uri.$': `States.Format('s3://${data}/{}', ${path})` });
  return {
    'ProcessingJobName.$': `States.Format('${jobPrefix}{}', $$.Execution.Name)`,
    RoleArn: roleArn,
    AppSpecification: {
      ImageUri: image,
      ContainerEntrypoint: ['node', '/opt/freshcar/dist/container.js', 'evaluate'],
    },
    ProcessingInputs: [
      input('model', { 'S3Uri.$': '$.training.model' }),
      dataset('train', '$.train'),
      dataset('held-out', '$.heldOut'),
    ],
    ProcessingOutputConfig: {
      Outputs: [
        {
          OutputName: 'candidate',
          S3Output: {
            'S3Uri.$': `States.Format('s3://${artefacts}/${artefactPrefixes.candidates}{}', $$.Execution.Name)`,
            LocalPath: '/opt/ml/processing/output',
            S3UploadMode: 'EndOfJob',
          },
        },
      ],
    },
    ProcessingResources: {
      ClusterConfig: { InstanceType: settings.trainingInstance, InstanceCount: 1, VolumeSizeInGB: volume },
    },
    StoppingCondition: { MaxRuntimeInSeconds: evaluationSeconds },
    NetworkConfig: { EnableNetworkIsolation: true },
    Tags: tags,
  };
}
