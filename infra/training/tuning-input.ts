import { Condition } from 'aws-cdk-lib/aws-stepfunctions';
import type { Settings } from '../context.ts';
import type { ExecutionInput } from '../shared/execution-input.ts';
import { rulesOf, sharedConditions, sharedDefaults, sharedRules } from './training-input.ts';

const continuous = (name: string, from: string, to: string, scale: 'Linear' | 'Logarithmic') => ({
  Name: name,
  MinValue: from,
  MaxValue: to,
  ScalingType: scale,
});

/**
 * What is tried out where the input names no ranges of its own, as SageMaker writes them: settings of `freshcar train` on
 * which a GAN with few pictures depends most. Rates as Radford et al. 2016 around 2e-4; the rest from nothing to what its
 * authors use at most (one-sided smoothing: Salimans et al. 2016; LeCam: Tseng et al. 2021; shifts: Zhao et al. 2020).
 */
export const defaultRanges = {
  ContinuousParameterRanges: [
    continuous('generator-rate', '0.00005', '0.001', 'Logarithmic'),
    continuous('discriminator-rate', '0.00005', '0.001', 'Logarithmic'),
    continuous('real-label', '0.8', '1', 'Linear'),
    continuous('translation', '0', '0.25', 'Linear'),
    continuous('lecam', '0', '0.3', 'Linear'),
  ],
  CategoricalParameterRanges: [{ Name: 'loss', Values: ['cross-entropy', 'hinge'] }],
} as const;

/** What an execution of the tuning may be given; the settings bound how much it can cost. */
export function tuningInput({
  tuningJobs,
  tuningParallel,
}: Pick<Settings, 'tuningJobs' | 'tuningParallel'>): ExecutionInput {
  const whole = (path: string, most: number) => [
    Condition.isNumeric(path),
    Condition.numberGreaterThanEquals(path, 1),
    Condition.numberLessThanEquals(path, most),
  ];
  return {
    defaults: {
      ...sharedDefaults,
      ranges: defaultRanges,
      /** How many trainings there are in all, and how many at once. */
      jobs: tuningJobs,
      parallel: tuningParallel,
      /** Of each training. */
      maxRuntimeSeconds: 21_600,
      maxWaitSeconds: 43_200,
    },
    objects: ['hyperparameters', 'ranges'],
    usable: Condition.and(...sharedConditions, ...whole('$.jobs', tuningJobs), ...whole('$.parallel', tuningParallel)),
    rules: rulesOf([
      ...sharedRules,
      "ranges is an object, SageMaker's ParameterRanges",
      `jobs is a number from 1 to ${tuningJobs} and parallel one from 1 to ${tuningParallel}, the limits of this deployment`,
    ]),
  };
}
