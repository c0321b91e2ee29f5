import type { Settings } from '../context.ts';
import { artefactPrefixes } from './training-buckets.ts';
import { channel, type JobProps, jobPrefix, tags, trainingDefinition } from './training-jobs.ts';
import { objective, trainingMetrics } from './training-metrics.ts';

export type TuningJobProps = JobProps & { readonly settings: Pick<Settings, 'tuningStrategy'> };

/** How SageMaker calls the strategies that need nothing but a number at the end of a training. */
const strategies = { bayesian: 'Bayesian', random: 'Random' } as const satisfies Record<
  Settings['tuningStrategy'],
  string
>;

/**
 * The names of tunings are short, 32 characters at most, so they cannot hold that of an execution: 12 digits of an
 * identifier that nobody else has take its place.
 */
const uniquePart = (at: number) => `States.ArrayGetItem(States.StringSplit(States.UUID(), '-'), ${at})`;
const name = `States.Format('${jobPrefix}{}', ${uniquePart(4)})`;

/**
 * What `CreateHyperParameterTuningJob` is called with, as a state's parameters. Its trainings share one place for
 * checkpoints, in which each keeps to a folder of its own name.
 */
export function tuningJob(props: TuningJobProps): Record<string, unknown> {
  const { image, data, artefacts, settings } = props;
  return {
    'HyperParameterTuningJobName.$': name,
    HyperParameterTuningJobConfig: {
      Strategy: strategies[settings.tuningStrategy],
      HyperParameterTuningJobObjective: { Type: 'Minimize', MetricName: objective.Name },
      ResourceLimits: { 'MaxNumberOfTrainingJobs.$': '$.jobs', 'MaxParallelTrainingJobs.$': '$.parallel' },
      'ParameterRanges.$': '$.ranges',
      // What is compared is known at the end of a training only.
      TrainingJobEarlyStoppingType: 'Off',
    },
    TrainingJobDefinition: {
      ...trainingDefinition(props),
      AlgorithmSpecification: {
        TrainingImage: image,
        TrainingInputMode: 'File',
        MetricDefinitions: [...trainingMetrics, objective],
      },
      'StaticHyperParameters.$': '$.hyperparameters',
      InputDataConfig: [channel('train', data, '$.train'), channel('held-out', data, '$.heldOut')],
      CheckpointConfig: {
        'S3Uri.$': `States.Format('s3://${artefacts}/${artefactPrefixes.checkpoints}{}/', $$.Execution.Name)`,
      },
      Environment: { FRESHCAR_SHARED_CHECKPOINTS: 'true' },
    },
    Tags: tags,
  };
}
