import { basename, resolve } from 'node:path';
import { type Architecture, deepest, generator } from '../architecture/dcgan.ts';
import type { WeightValues } from '../architecture/network.ts';
import { tfjsWeightsName } from '../bundle/manifest.ts';
import { readTfjsWeights } from '../bundle/tfjs-format.ts';
import { FreshcarError } from '../errors.ts';
import { sha256 } from '../files.ts';
import { encodeTensorFile } from '../safetensors.ts';
import { openFolder } from '../store/folder.ts';
import { loadTensorflow } from '../tensorflow/backend.ts';
import { projectedSize, type TrainingConfig } from './config.ts';
import { type GrownWidths, grownArchitecture, grownWeights } from './grow.ts';
import { openRunFolder } from './run/run-folder.ts';
import type { StartingWeights } from './step/gan.ts';

/** What a run starts from when it is not fresh weights (transfer learning). */
export interface Origin {
  /** What the weights ask of a configuration: their networks, and their own name and hash, for the record. */
  readonly config: Required<Pick<TrainingConfig, 'architecture' | 'from'>>;
  readonly weights: StartingWeights;
  /** What the run computed that the weights are of; a bundle's are of none. */
  readonly run?: TrainingConfig;
  /** Whether its networks were grown to twice the size. */
  readonly grown?: boolean;
}

/**
 * Reads the weights to start from: of a run folder both networks at its newest checkpoint, without what its optimizers
 * remember; of a bundle, or of a store's current model, the generator, which is all that it has.
 *
 * @throws FreshcarError `not-found` when the folder is none of them, `damaged-bundle` when its files cannot be used.
 */
export async function readOrigin(folder: string, warn: (message: string) => void): Promise<Origin> {
  const checkpoint = await openRunFolder(folder).latestCheckpoint(warn);
  if (checkpoint === undefined) return readBundle(folder);
  const { generator, discriminator, average } = checkpoint.gan;
  const weights = { generator: generator.weights, average, discriminator: discriminator.weights };
  const { config } = checkpoint;
  return { ...originOf(basename(resolve(folder)), config.architecture, weights), run: config };
}

async function readBundle(folder: string): Promise<Origin> {
  const source = await openFolder(folder);
  const reading = await source.readPointer();
  if (reading === undefined) throw new FreshcarError('not-found', `${source.location} names no current model.`);
  const manifest = await source.readManifest(reading.pointer.version);
  const { architecture, version } = manifest;
  const weights = readTfjsWeights(generator(architecture), await source.readFile(manifest, tfjsWeightsName));
  return originOf(version, architecture, { generator: weights });
}

function originOf(name: string, architecture: Architecture, weights: StartingWeights): Origin {
  const arrays = Object.entries(weights).flatMap(([part, values]: [string, WeightValues]) =>
    [...values].map(([key, array]): [string, Float32Array] => [`${part}:${key}`, array]),
  );
  const hash = sha256(encodeTensorFile({ arrays: new Map(arrays), metadata: {} }));
  return { config: { architecture, from: { name, sha256: hash } }, weights };
}

/** What a configuration, or whoever asks for one, says of its networks as far as an origin has to follow. */
export type AskedNetworks = GrownWidths & { readonly imageSize?: number | undefined };

/** For images twice as large, the origin's networks grown to them; for any other size the origin as it is. */
export async function fitOrigin(
  origin: Origin,
  asked: AskedNetworks,
  warn: (message: string) => void,
): Promise<Origin> {
  const { config, run } = origin;
  const { architecture } = config;
  if (asked.imageSize !== 2 * architecture.imageSize) return origin;
  // Heads on a frozen network's maps are made for one size.
  const weights = run?.discriminator === 'projected' ? withoutDiscriminator(origin.weights) : origin.weights;
  if (architecture.depth === deepest)
    throw new FreshcarError(
      'invalid-input',
      `The networks of ${config.from.name} are as deep as can be; they do not grow.`,
    );
  const grown = grownArchitecture(architecture, asked);
  await loadTensorflow({ warn });
  return {
    ...origin,
    config: { ...config, architecture: grown },
    weights: grownWeights(architecture, grown, weights),
    grown: true,
  };
}

/** The origin without its discriminator, where that is another than the configuration's: the generator alone goes on. */
export function fitDiscriminator(config: TrainingConfig, origin: Origin): Origin {
  const { run } = origin;
  if (run === undefined || sameDiscriminator(config, run)) return origin;
  return { ...origin, weights: withoutDiscriminator(origin.weights) };
}

function withoutDiscriminator({ discriminator: _, ...weights }: StartingWeights): StartingWeights {
  return weights;
}

/** Heads have learnt what the projections, which the seed draws, make of one frozen network's maps. */
function sameDiscriminator(config: TrainingConfig, run: TrainingConfig): boolean {
  if (config.discriminator !== run.discriminator) return false;
  const seenBy = (one: TrainingConfig) => [one.seed, one.features?.sha256, projectedSize(one)].join();
  return config.discriminator === 'dcgan' || seenBy(config) === seenBy(run);
}

/**
 * Refuses an origin that is not the one of the configuration, or whose weights do not fit its networks.
 *
 * @throws FreshcarError `invalid-input` that says what differs.
 */
export function checkOrigin(config: TrainingConfig, origin: Origin | undefined): void {
  if (config.from === undefined || origin === undefined) {
    if (config.from === undefined) return;
    throw new FreshcarError(
      'invalid-input',
      `This configuration starts from the weights of ${config.from.name}. Name their folder by --from.`,
    );
  }
  const { from, architecture } = origin.config;
  if (config.from.sha256 !== from.sha256)
    throw new FreshcarError(
      'invalid-input',
      `This configuration starts from ${config.from.name} with SHA-256 ${config.from.sha256}; ` +
        `${from.name} has ${from.sha256}. Name the right folder by --from, or take "from" out of the configuration.`,
    );
  const { imageSize } = architecture;
  if (config.architecture.imageSize !== imageSize && !origin.grown)
    throw new FreshcarError(
      'invalid-input',
      `${from.name} draws cars of ${imageSize} pixels: begin with it for ${imageSize}, or for twice as many, to which it grows.`,
    );
  const keys = new Set([...Object.keys(architecture), ...Object.keys(config.architecture)]);
  const names = ([...keys] as (keyof Architecture)[]).filter(
    // A bundle has no discriminator, whose first layer is all that this one is about.
    (name) => name !== 'firstChannels' || origin.weights.discriminator !== undefined,
  );
  const text = (of: Architecture, name: keyof Architecture) => String(of[name] ?? 'none');
  const differing = names.filter((name) => text(architecture, name) !== text(config.architecture, name));
  if (differing.length === 0) return;
  const list = differing.map(
    (name) => `${name} ${text(architecture, name)} instead of ${text(config.architecture, name)}`,
  );
  throw new FreshcarError(
    'invalid-input',
    `The networks of ${from.name} are others: ${origin.grown ? 'grown, ' : ''}they have ${list.join(', ')}.`,
  );
}
