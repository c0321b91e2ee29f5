import { basename, resolve } from 'node:path';
import { type Architecture, generator } from '../architecture/dcgan.ts';
import type { WeightValues } from '../architecture/network.ts';
import { tfjsWeightsName } from '../bundle/manifest.ts';
import { readTfjsWeights } from '../bundle/tfjs-format.ts';
import { FreshcarError } from '../errors.ts';
import { sha256 } from '../files.ts';
import { openFolder } from '../store/folder.ts';
import type { TrainingConfig } from './config.ts';
import type { StartingWeights } from './gan.ts';
import { grownArchitecture, grownWeights } from './grow.ts';
import { openRunFolder } from './run-folder.ts';
import { encodeTensorFile } from './tensor-file.ts';

/** What a run starts from when it is not fresh weights (transfer learning). */
export interface Origin {
  /** What the weights ask of a configuration: their networks, and their own name and hash, for the record. */
  readonly config: Required<Pick<TrainingConfig, 'architecture' | 'from'>>;
  readonly weights: StartingWeights;
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
  return originOf(basename(resolve(folder)), checkpoint.config.architecture, weights);
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

/** For pictures twice as large, the origin's networks grown to them; for any other size the origin as it is. */
export function fitOrigin({ config, weights }: Origin, imageSize: number | undefined): Origin {
  const { architecture } = config;
  if (imageSize !== 2 * architecture.imageSize) return { config, weights };
  return {
    config: { ...config, architecture: grownArchitecture(architecture) },
    weights: grownWeights(architecture, weights),
  };
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
  const names = (Object.keys(architecture) as (keyof Architecture)[]).filter(
    // A bundle has no discriminator, whose first layer is all that this one is about.
    (name) => name !== 'firstChannels' || origin.weights.discriminator !== undefined,
  );
  const differing = names.filter((name) => architecture[name] !== config.architecture[name]);
  if (differing.length === 0) return;
  const list = differing.map((name) => `${name} ${architecture[name]} instead of ${config.architecture[name]}`);
  throw new FreshcarError('invalid-input', `The networks of ${from.name} are others: they have ${list.join(', ')}.`);
}
