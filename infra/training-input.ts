import { Condition } from 'aws-cdk-lib/aws-stepfunctions';

/** What an execution is about where its input says nothing else. */
export const defaultInput = {
  /** Where the pictures lie in the data bucket: those to train on, and those to measure with; one `.npy` in each. */
  train: 'train/',
  heldOut: 'held-out/',
  /** The settings of `freshcar train`, every value as text. */
  hyperparameters: { preset: 'fresh' },
  maxRuntimeSeconds: 86_400,
  /** Training, and waiting for a spot machine, together. */
  maxWaitSeconds: 172_800,
  /** What a new model has to be; functions/promote/gate.ts has the defaults. */
  gate: {},
} as const;

/** SageMaker's longest job: five days. */
const longest = 432_000;

export const inputIsUsable = Condition.and(
  ...['$.train', '$.heldOut'].flatMap((path) => [Condition.isString(path), Condition.stringMatches(path, '*/')]),
  ...['$.maxRuntimeSeconds', '$.maxWaitSeconds'].map((path) => Condition.isNumeric(path)),
  Condition.numberGreaterThanEquals('$.maxRuntimeSeconds', 1),
  Condition.numberLessThanEquals('$.maxRuntimeSeconds', longest),
  Condition.numberGreaterThanEqualsJsonPath('$.maxWaitSeconds', '$.maxRuntimeSeconds'),
  Condition.isString('$.run'),
);

/** The same in a sentence, for whoever gave another input. */
export const inputRules = [
  'The input cannot be used: train and heldOut are folders of the data bucket and end in a slash,',
  `maxRuntimeSeconds is a number from 1 to ${longest}, maxWaitSeconds is no smaller, and run is a text.`,
].join(' ');
