import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { FreshcarError } from '../errors.ts';
import { type FeaturesFile, readFeatures } from '../features/features-file.ts';
import { reasonOf } from '../files.ts';
import type { Precision } from '../tensorflow/precision.ts';
import type { PresetName, TrainingConfig } from './config.ts';
import { type AskedNetworks, checkOrigin, fitDiscriminator, fitOrigin, type Origin, readOrigin } from './origin.ts';
import { checkFeatures } from './projected.ts';
import type { Checkpoint } from './run/checkpoint.ts';
import { holdsRun, type RunFolder } from './run/run-folder.ts';
import { askedSettings, resolveConfig } from './settings.ts';
import type { StartingWeights } from './step/gan.ts';

/** What the command line says of a run; the settings are under their own camel-case names. */
export interface TrainFlags {
  readonly data: string;
  readonly out: string;
  readonly resume?: boolean;
  readonly preset: PresetName;
  readonly config?: string;
  readonly from?: string;
  readonly features?: string;
  readonly stopOnDivergence?: boolean;
  readonly checkpointEvery: number;
  readonly sheetEvery: number;
  readonly snapshotEvery: number;
  readonly reportEvery: number;
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
  readonly warn: (message: string) => void;
}

/** A new run's settings come from preset, origin, file and flags; a resumed one keeps its own. */
export async function resolveRun(
  flags: TrainFlags,
  values: Readonly<Record<string, string>>,
  state: RunState,
): Promise<ResolvedRun> {
  const features = flags.features === undefined ? undefined : await readFeatures(flags.features);
  const run = await resolveWeights(flags, values, state, features);
  checkFeatures(run.config, features);
  return { ...run, features };
}

async function resolveWeights(
  flags: TrainFlags,
  values: Readonly<Record<string, string>>,
  { folder, checkpoint, fastest, warn }: RunState,
  features: FeaturesFile | undefined,
): Promise<ResolvedRun> {
  if (checkpoint !== undefined) return { config: resumedConfig(flags, values, checkpoint.config) };
  if ((await holdsRun(folder.path)) && !flags.resume)
    throw new FreshcarError(
      'invalid-input',
      `${folder.path} holds a run already. Go on with it by --resume, or choose another folder.`,
    );
  if (flags.resume && (await holdsRun(folder.path))) return beginAgain(flags, values, { folder, warn });
  const file = flags.config === undefined ? undefined : await readJson(flags.config);
  const found = flags.from === undefined ? undefined : await readOrigin(flags.from, warn);
  const origin = found && (await fitOrigin(found, askedNetworks(file, values), warn));
  const config = resolveConfig({
    preset: flags.preset,
    ...(origin && { origin: origin.config }),
    ...(features && { features: { name: features.name, sha256: features.sha256 } }),
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
async function beginAgain(
  flags: TrainFlags,
  values: Readonly<Record<string, string>>,
  { folder, warn }: Pick<RunState, 'folder' | 'warn'>,
): Promise<ResolvedRun> {
  const own = resolveConfig({ preset: 'seed', file: await readJson(join(folder.path, 'config.json')) });
  const config = resumedConfig(flags, values, own);
  const found = flags.from === undefined ? undefined : await readOrigin(flags.from, warn);
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

/** The flags are laid over what the run is, so that repeating its own flags, `--from` too, is no change. */
function resumedConfig(
  flags: TrainFlags,
  values: Readonly<Record<string, string>>,
  own: TrainingConfig,
): TrainingConfig {
  if (flags.config !== undefined)
    throw new FreshcarError('invalid-input', 'A resumed run keeps its settings; leave --config away.');
  // How long a run lasts may change when it is resumed; nothing else may.
  const { epochs: _, ...rest } = values;
  // Left to the machine, a run goes on as it began, on whatever machine.
  refuseChanges(own, resolveConfig({ preset: 'seed', file: own, values: rest, fastest: own.precision }));
  const { epochs } = resolveConfig({ preset: 'seed', file: own, values, fastest: own.precision });
  return { ...own, epochs };
}

function refuseChanges(own: TrainingConfig, asked: TrainingConfig): void {
  const changed = Object.keys(own).filter((key) => {
    const name = key as keyof TrainingConfig;
    return JSON.stringify(own[name]) !== JSON.stringify(asked[name]);
  });
  if (changed.length === 0) return;
  throw new FreshcarError(
    'invalid-input',
    `A resumed run keeps its settings, and these differ: ${changed.join(', ')}. Leave them away, or begin a new run.`,
  );
}

async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch (cause) {
    throw new FreshcarError('invalid-input', `Could not read ${path} as JSON: ${reasonOf(cause)}.`, { cause });
  }
}
