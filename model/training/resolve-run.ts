import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { quoted } from '../command-line.ts';
import { FreshcarError } from '../errors.ts';
import { type FeaturesFile, readFeatures } from '../features/features-file.ts';
import { reasonOf } from '../files.ts';
import { parseJson } from '../json.ts';
import type { Precision } from '../tensorflow/precision.ts';
import { type PresetName, type TrainingConfig, usualPreset } from './config.ts';
import { type AskedNetworks, checkOrigin, fitDiscriminator, fitOrigin, type Origin, readOrigin } from './origin.ts';
import { checkFeatures } from './projected.ts';
import type { Checkpoint } from './run/checkpoint.ts';
import { holdsRun, type RunFolder } from './run/run-folder.ts';
import { askedSettings, resolveConfig, settingIn, settings } from './settings.ts';
import type { StartingWeights } from './step/gan.ts';

/** What the command line says of a run; the settings are under their own camel-case names. What is left out, a resumed run knows. */
export interface TrainFlags {
  readonly out: string;
  /** `if-there` begins where there is nothing to go on with, as a job does that may have been restarted elsewhere. */
  readonly resume?: boolean | 'if-there';
  readonly data?: string;
  readonly heldOut?: string;
  readonly preset?: PresetName;
  readonly config?: string;
  readonly from?: string;
  readonly features?: string;
  readonly hours?: number;
  readonly stopOnDivergence?: boolean;
  readonly checkpointEvery?: number;
  readonly sheetEvery?: number;
  readonly snapshotEvery?: number;
  readonly reportEvery?: number;
}

/** What a run computes, and the weights that a new run starts from where they are not fresh. */
interface ResolvedRun {
  readonly config: TrainingConfig;
  readonly start?: StartingWeights | undefined;
  /** What a projected discriminator sees images through. */
  readonly features?: FeaturesFile | undefined;
}

interface RunState {
  readonly folder: RunFolder;
  /** Where the run stands if it is resumed. */
  readonly checkpoint: Checkpoint | undefined;
  /** What a new run computes in where it is left to the machine. */
  readonly fastest: Precision;
  /** What it began from, should it have to begin again. */
  readonly from: string | null;
  /** The features file of a projected discriminator. */
  readonly features: string | null;
  readonly warn: (message: string) => void;
}

type Values = Readonly<Record<string, string>>;

/**
 * Whether a run is to go on instead of to begin, found out before anything is touched.
 *
 * @throws FreshcarError `invalid-input` when a run is in the way or none is there, or when flags are given that a resumed run cannot
 * take.
 */
export async function isResumed(flags: TrainFlags): Promise<boolean> {
  const refuse = (why: string) => new FreshcarError('invalid-input', why);
  const { out } = flags;
  const there = await holdsRun(out);
  if (there && !flags.resume)
    throw refuse(`${out} holds a run already. Go on with it by --resume, or choose another folder.`);
  if (!there && flags.resume === true)
    throw refuse(`${out} holds no run to go on with. Is it the right folder? A new run begins without --resume.`);
  if (flags.resume === true)
    for (const name of ['preset', 'from', 'config'] as const)
      if (flags[name] !== undefined)
        throw refuse(
          `A resumed run goes on as what it is: leave --${name} away. To change that, begin a new run by --from ${quoted(out)}.`,
        );
  return there;
}

/** A new run's settings come from preset, origin, file and flags; a resumed one keeps its own. */
export async function resolveRun(flags: TrainFlags, values: Values, state: RunState): Promise<ResolvedRun> {
  const features = state.features === null ? undefined : await readFeatures(state.features);
  const run = await resolveWeights(flags, values, state, features);
  checkFeatures(run.config, features);
  return { ...run, features };
}

async function resolveWeights(
  flags: TrainFlags,
  values: Values,
  state: RunState,
  features: FeaturesFile | undefined,
): Promise<ResolvedRun> {
  const { folder, checkpoint, fastest, warn } = state;
  if (checkpoint !== undefined) return { config: resumedConfig(values, checkpoint.config) };
  if (await holdsRun(folder.path)) return beginAgain(values, state);
  const file = flags.config === undefined ? undefined : await readJson(flags.config);
  const found = flags.from === undefined ? undefined : await readOrigin(flags.from, warn);
  const origin = found && (await fitOrigin(found, askedNetworks(file, values), warn));
  const config = resolveConfig({
    preset: flags.preset ?? usualPreset,
    ...(origin && { origin: origin.config }),
    ...(features && { features: { name: features.name, sha256: features.sha256, ...features.about } }),
    file,
    values,
    fastest,
  });
  return { config, start: startOf(config, origin) };
}

/** The weights of `origin` that the configuration goes on from. */
function startOf(config: TrainingConfig, origin: Origin | undefined): StartingWeights | undefined {
  const fitting = origin && fitDiscriminator(config, origin);
  checkOrigin(config, fitting);
  return fitting?.weights;
}

/** A run that was stopped before its first checkpoint begins again as what it is, from what it began with. */
async function beginAgain(values: Values, { folder, from, warn }: RunState): Promise<ResolvedRun> {
  const own = resolveConfig({ preset: 'seed', file: await readJson(join(folder.path, 'config.json')) });
  const config = resumedConfig(values, own);
  const found = from === null ? undefined : await readOrigin(from, warn);
  const origin = found && (await fitOrigin(found, config.architecture, warn));
  return { config, start: startOf(config, origin) };
}

const askedSchema = z.object({
  architecture: z.object({
    imageSize: z.number().optional().catch(undefined),
    lastChannels: z.array(z.number()).optional().catch(undefined),
    firstChannels: z.number().optional().catch(undefined),
  }),
});

/** What flags and file ask of the networks; nothing where they leave it to preset or origin, or are wrong about it. */
function askedNetworks(file: unknown, values: Readonly<Record<string, string>>): AskedNetworks {
  return askedSchema.safeParse(askedSettings(file, values)).data?.architecture ?? {};
}

/** The flags are laid over what the run is, so that repeating its own ones is no change. */
function resumedConfig(values: Values, own: TrainingConfig): TrainingConfig {
  // How long a run lasts may change when it is resumed; nothing else may.
  const { epochs: _, steps: __, ...rest } = values;
  // Left to the machine, a run goes on as it began, on whatever machine.
  const fastest = own.precision;
  const asked = resolveConfig({ preset: 'seed', file: own, values: rest, fastest });
  const changes = settings
    .map((setting) => ({ name: setting.name, was: settingIn(own, setting), is: settingIn(asked, setting) }))
    .filter(({ was, is }) => JSON.stringify(was) !== JSON.stringify(is))
    .map(({ name, was, is }) => `${name} is ${was} in this run, and ${is} was asked for`);
  if (changes.length === 0) return resolveConfig({ preset: 'seed', file: own, values, fastest });
  throw new FreshcarError(
    'invalid-input',
    `A resumed run keeps its settings: ${changes.join('; ')}. Leave that away, or begin a new run.`,
  );
}

async function readJson(path: string): Promise<unknown> {
  try {
    return parseJson(await readFile(path, 'utf8'));
  } catch (cause) {
    throw new FreshcarError('invalid-input', `Could not read ${path} as JSON: ${reasonOf(cause)}.`, { cause });
  }
}
