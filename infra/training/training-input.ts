import { Condition, JsonPath } from 'aws-cdk-lib/aws-stepfunctions';
import { type ExecutionInput, holdsTexts } from '../shared/execution-input.ts';

/** What every execution that trains is about where its input says nothing else. */
export const sharedDefaults = {
  /** Where the pictures lie in the data bucket: those to train on, and those to measure with; one `.npy` in each. */
  train: 'train/',
  heldOut: 'held-out/',
  /** The settings of `freshcar train`, every value as text. */
  hyperparameters: { preset: 'fresh' },
} as const;

/** SageMaker's longest job: five days. */
const longest = 432_000;

/** The times of one training, and the folders. */
export const sharedConditions: readonly Condition[] = [
  ...['$.train', '$.heldOut'].flatMap((path) => [Condition.isString(path), Condition.stringMatches(path, '*/')]),
  ...['$.maxRuntimeSeconds', '$.maxWaitSeconds'].map((path) => Condition.isNumeric(path)),
  Condition.numberGreaterThanEquals('$.maxRuntimeSeconds', 1),
  Condition.numberLessThanEquals('$.maxRuntimeSeconds', longest),
  Condition.numberGreaterThanEqualsJsonPath('$.maxWaitSeconds', '$.maxRuntimeSeconds'),
  holdsTexts('hyperparameters'),
];

/** The same as parts of a sentence. */
export const sharedRules = [
  'train and heldOut are folders of the data bucket and end in a slash',
  'hyperparameters is an object whose values are all texts',
  `maxRuntimeSeconds is a number from 1 to ${longest}`,
  'maxWaitSeconds is no smaller',
] as const;

export function rulesOf(rules: readonly string[]): string {
  return `The input cannot be used: it is a JSON object; ${rules.join('; ')}.`;
}

/** What an execution of the training may be given. */
export const trainingInput: ExecutionInput = {
  defaults: {
    ...sharedDefaults,
    maxRuntimeSeconds: 86_400,
    /** Training, and waiting for a spot machine, together. */
    maxWaitSeconds: 172_800,
    /** What a new model has to be; functions/promote/gate.ts has the defaults. */
    gate: {},
    /** Whose checkpoints it goes on from. */
    run: JsonPath.stringAt('$$.Execution.Name'),
  },
  objects: ['hyperparameters', 'gate'],
  usable: Condition.and(...sharedConditions, Condition.isString('$.run')),
  rules: rulesOf([...sharedRules, 'gate is an object', 'run is a text']),
};
