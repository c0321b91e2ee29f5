import { z } from 'zod';
import { FreshcarError } from '../errors.ts';
import { isRecord } from '../json.ts';
import type { Precision } from '../tensorflow/precision.ts';
import {
  autoPrecision,
  configSchema,
  type PresetName,
  presets,
  projectedDefaults,
  storedConfigSchema,
  type TrainingConfig,
  usualLength,
} from './config.ts';
import { withoutRetiredNames } from './retired-settings.ts';

/**
 * Every setting of a run under one name, said once: the command line's flags and a training job's hyperparameters are
 * these. Values arrive as text and are checked by the configuration's schema.
 */
export interface Setting {
  /** Kebab-case: `--batch-size` on the command line, `batch-size` as a hyperparameter. */
  readonly name: string;
  /** Where it lies in the configuration. */
  readonly path: readonly string[];
  readonly kind: 'number' | 'numbers' | 'text' | 'boolean';
  readonly help: string;
}

/** Name, place in the configuration, and help of each; the schema says what kind of value it takes. */
const described: readonly (readonly [name: string, path: string, help: string])[] = [
  ['steps', 'steps', 'how many steps the run has'],
  ['epochs', 'epochs', 'how often each image is shown, instead of a number of steps'],
  ['batch-size', 'batchSize', 'images a step'],
  ['seed', 'seed', 'governs weights, noise and order; 0 to 4294967295'],
  ['image-size', 'architecture.imageSize', 'width and height of a car: 32, 64 or 128'],
  ['latent-size', 'architecture.latentSize', 'numbers that make one car'],
  ['depth', 'architecture.depth', 'how often the generator doubles the image'],
  ['channels', 'architecture.channels', 'width of the layers between the smallest map and the image'],
  ['last-channels', 'architecture.lastChannels', 'width of the largest ones where it differs: 64, or 64,32'],
  ['base-channels', 'architecture.baseChannels', 'width of the smallest map'],
  ['first-channels', 'architecture.firstChannels', "width of the discriminator's first layer"],
  ['loss', 'loss', 'cross-entropy or hinge'],
  ['real-label', 'labels.real', 'label of real images; 0.9 is one-sided smoothing'],
  ['flip-rate', 'labels.flipRate', 'share of labels that are flipped'],
  ['generator-optimizer', 'generatorOptimizer.kind', 'adam, rmsprop or sgd'],
  ['generator-rate', 'generatorOptimizer.rate', 'learning rate of the generator'],
  ['discriminator-optimizer', 'discriminatorOptimizer.kind', 'adam, rmsprop or sgd'],
  ['discriminator-rate', 'discriminatorOptimizer.rate', 'learning rate of the discriminator'],
  [
    'discriminator-updates',
    'discriminatorUpdates',
    'separate: after the real and after the fake batch; combined: once',
  ],
  ['fakes', 'fakes', "shared: both networks learn from one generated batch; predicted: the seed's way"],
  ['frozen-normalisation', 'frozenNormalisation', 'batch or moving, while the generator learns'],
  ['pretrain-discriminator', 'pretrainDiscriminator', 'steps in which only the discriminator learns'],
  ['average', 'average', 'decay of the averaged generator; 0 keeps none'],
  ['mirror', 'mirror', 'mirror real images left to right half of the time'],
  ['brightness', 'augment.brightness', 'augmentation: brightness, 0 to 2'],
  ['saturation', 'augment.saturation', 'augmentation: saturation, 0 to 2'],
  ['contrast', 'augment.contrast', 'augmentation: contrast, 0 to 1'],
  ['translation', 'augment.translation', 'augmentation: shift, as a part of the width'],
  ['lecam', 'lecam', "weight of LeCam's pull on the discriminator's logits; for few images, 0.01 to 0.3"],
  ['discriminator', 'discriminator', 'dcgan, or projected: through a frozen network that --features names'],
  ['projected-size', 'projectedSize', 'side to which a projected discriminator enlarges images: 64, 96, 128 or 160'],
  ['precision', 'precision', 'of convolutions: float32, bfloat16, or auto: what is faster on this processor'],
];

interface JsonSchema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly oneOf?: readonly JsonSchema[];
}

const configJson = z.toJSONSchema(configSchema, { io: 'input', unrepresentable: 'any' }) as JsonSchema;
const kinds: Readonly<Record<string, Setting['kind']>> = {
  integer: 'number',
  number: 'number',
  array: 'numbers',
  boolean: 'boolean',
};

/** What a place of the configuration holds; of an optimizer, what any kind of it has there. */
function kindAt(path: readonly string[]): Setting['kind'] {
  const at = path.reduce<JsonSchema | undefined>((schema, key) => {
    const options = schema?.oneOf ?? (schema === undefined ? [] : [schema]);
    return options.map(({ properties }) => properties?.[key]).find((property) => property !== undefined);
  }, configJson);
  if (at === undefined) throw new Error(`The configuration has no ${path.join('.')}.`);
  return kinds[at.type ?? ''] ?? 'text';
}

export const settings: readonly Setting[] = described.map(([name, place, help]) => {
  const path = place.split('.');
  return { name, path, kind: kindAt(path), help };
});

export interface ConfigSources {
  readonly preset: PresetName;
  /** What the run starts from: its weights, and the networks that they fit; overrides the preset. */
  readonly origin?: Pick<TrainingConfig, 'architecture' | 'from'>;
  /** The frozen network that the run has been given. */
  readonly features?: NonNullable<TrainingConfig['features']>;
  /** A configuration file's content, which overrides the preset. */
  readonly file?: unknown;
  /** Setting names and their values as text, which override both. */
  readonly values?: Readonly<Record<string, string>>;
  /** What `precision: auto` becomes. Default: float32. */
  readonly fastest?: Precision;
}

/** @throws FreshcarError `invalid-input` that names every setting that is wrong, with its value and what it may be. */
export function resolveConfig(sources: ConfigSources): TrainingConfig {
  const { preset, origin, features, file, values, fastest = 'float32' } = sources;
  const asked = askedSettings(file, values);
  const length = 'epochs' in asked ? {} : usualLength[preset];
  const projected = asked.discriminator === 'projected' ? projectedDefaults : {};
  const given = { ...origin, ...(features && { features }) };
  const merged = [length, projected, given, asked].reduce<Record<string, unknown>>(merge, presets[preset]);
  const precision = merged.precision === autoPrecision ? { precision: fastest } : {};
  const parsed = storedConfigSchema.safeParse({ ...merged, ...precision });
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map(({ path, message }) => `${nameOf(path)}: ${message}`);
  throw new FreshcarError('invalid-input', `The configuration cannot be used. ${faults.join('. ')}.`);
}

/** What file and values say by themselves, as a part of a configuration: not checked, and nothing filled in. */
export function askedSettings(
  file: unknown = {},
  values: Readonly<Record<string, string>> = {},
): Record<string, unknown> {
  const fileParts = z.record(z.string(), z.unknown()).safeParse(file);
  if (!fileParts.success) throw new FreshcarError('invalid-input', 'A configuration file holds one JSON object.');
  if (values.steps !== undefined && values.epochs !== undefined)
    throw new FreshcarError('invalid-input', 'Say how long the run is by --steps or by --epochs, not by both.');
  const { steps: _, ...withoutSteps } = fileParts.data;
  return Object.entries(withoutRetiredNames(values)).reduce<Record<string, unknown>>(
    (config, [name, value]) => {
      const setting = settings.find((candidate) => candidate.name === name);
      if (setting === undefined) throw new FreshcarError('invalid-input', `There is no setting ${name}.`);
      return merge(config, nest(setting.path, parseValue(setting, value)));
    },
    values.epochs === undefined ? fileParts.data : withoutSteps,
  );
}

/** What a setting is when a run with `preset` says nothing else; undefined where the schema derives it. */
export function defaultOf(setting: Setting, preset: PresetName): unknown {
  if (setting.name === 'precision' && preset === 'fresh') return autoPrecision;
  return settingIn(resolveConfig({ preset }), setting);
}

/** What a setting is in a configuration; undefined where it says nothing. */
export function settingIn(config: TrainingConfig, { path }: Setting): unknown {
  return path.reduce<unknown>((value, key) => (isRecord(value) ? value[key] : undefined), config);
}

/** What `config` says otherwise than preset `fresh`, as `name value`; how long a run is and its seed left out. */
export function differingSettings(config: TrainingConfig): string[] {
  const fresh = resolveConfig({ preset: 'fresh' });
  const differing = settings
    .filter(({ name }) => !['steps', 'epochs', 'seed'].includes(name))
    .filter((setting) => String(settingIn(config, setting)) !== String(settingIn(fresh, setting)))
    .map((setting) => `${setting.name} ${settingIn(config, setting)}`);
  return config.from === undefined ? differing : [...differing, `from ${config.from.name}`];
}

function parseValue({ kind, name }: Setting, value: string): unknown {
  if (kind === 'text') return value;
  if (kind === 'boolean') {
    if (value === 'true' || value === 'false') return value === 'true';
    throw new FreshcarError('invalid-input', `${name} is true or false, not "${value}".`);
  }
  const parsed = kind === 'numbers' ? value.split(',').map(numberOf) : [numberOf(value)];
  if (parsed.every(Number.isFinite)) return kind === 'numbers' ? parsed : parsed[0];
  const what = kind === 'numbers' ? 'numbers with commas between them' : 'a number';
  throw new FreshcarError('invalid-input', `${name} is ${what}, not "${value}".`);
}

function numberOf(text: string): number {
  return text.trim() === '' ? Number.NaN : Number(text);
}

/** The setting's own name for a place in the configuration, so that a message speaks the caller's language. */
function nameOf(path: readonly PropertyKey[]): string {
  // Which number of a list it is, the message says by its value.
  const place = path.filter((key) => typeof key !== 'number').join('.');
  const setting = settings.find((candidate) => candidate.path.join('.') === place);
  return setting?.name ?? (place === '' ? 'configuration' : place);
}

function nest([key, ...rest]: readonly string[], value: unknown): Record<string, unknown> {
  return { [key ?? '']: rest.length === 0 ? value : nest(rest, value) };
}

function merge(
  base: Readonly<Record<string, unknown>>,
  over: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const merged: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const below = merged[key];
    merged[key] = isRecord(below) && isRecord(value) ? merge(below, value) : value;
  }
  return merged;
}
