import { z } from 'zod';
import { FreshcarError } from '../errors.ts';
import { type PresetName, presets } from '../training/config.ts';
import { withoutRetiredNames } from '../training/retired-settings.ts';
import { resolveConfig, settings } from '../training/settings.ts';

/** What the hyperparameters of a training job say. */
export interface JobSettings {
  readonly preset: PresetName;
  /** Steps between two checkpoints, two sheets of cars, two kept generators, and two lines of the log. */
  readonly checkpointEvery: number;
  readonly sheetEvery: number;
  readonly snapshotEvery: number;
  readonly reportEvery: number;
  /** The training's own settings, by name and as text, checked. */
  readonly values: Readonly<Record<string, string>>;
}

const presetNames = Object.keys(presets) as [PresetName, ...PresetName[]];
const steps = (normally: number) =>
  z
    .string()
    .regex(/^[1-9]\d{0,8}$/, 'a whole number of steps from 1 to 999999999')
    .transform(Number)
    .default(normally);

/** Beside the training's settings: how the job goes about it. */
const jobSchema = z.object({
  preset: z.enum(presetNames, `one of ${presetNames.join(', ')}`).default('fresh'),
  'checkpoint-every': steps(200),
  'sheet-every': steps(1000),
  'snapshot-every': steps(1000),
  'report-every': steps(20),
});
const jobNames = Object.keys(jobSchema.shape);

/**
 * Checks the hyperparameters of a job: all texts, named as the flags of `freshcar train` are.
 *
 * @throws FreshcarError `invalid-input` in a sentence that names what is wrong, its value and what it may be.
 */
export function readHyperparameters(given: Readonly<Record<string, string>>): JobSettings {
  const hyperparameters = withoutRetiredNames(given);
  const known = [...jobNames, ...settings.map(({ name }) => name)];
  const unknown = Object.keys(hyperparameters).filter((name) => !known.includes(name));
  if (unknown.length > 0)
    throw new FreshcarError(
      'invalid-input',
      `There is no hyperparameter ${unknown.join(', ')}; there are ${known.join(', ')}.`,
    );
  const job = jobSchema.safeParse(hyperparameters);
  if (!job.success) {
    const faults = job.error.issues.map(({ path: [name], message }) => {
      return `${String(name)} is ${message}, not "${hyperparameters[String(name)]}"`;
    });
    throw new FreshcarError('invalid-input', `The hyperparameters cannot be used: ${faults.join('; ')}.`);
  }
  const values = Object.fromEntries(Object.entries(hyperparameters).filter(([name]) => !jobNames.includes(name)));
  // Found out before the data is read, and before anything costs time.
  resolveConfig({ preset: job.data.preset, values });
  return {
    preset: job.data.preset,
    checkpointEvery: job.data['checkpoint-every'],
    sheetEvery: job.data['sheet-every'],
    snapshotEvery: job.data['snapshot-every'],
    reportEvery: job.data['report-every'],
    values,
  };
}
