import { z } from 'zod';
import { generator } from '../../architecture/dcgan.ts';
import { mixedChannels } from '../../architecture/heads.ts';
import type { Network } from '../../architecture/network.ts';
import { FreshcarError } from '../../errors.ts';
import { randomFromState } from '../../random.ts';
import { decodeTensorFile, encodeTensorFile, type NamedArrays } from '../../safetensors.ts';
import { storedConfigSchema, type TrainingConfig } from '../config.ts';
import type { DataPosition } from '../step/batches.ts';
import { discriminatorNetwork, type Gan, type Player } from '../step/gan.ts';
import type { OptimizerState } from '../step/optimizer.ts';

/** What the pictures of a run are: by name for people, by the packed dataset's SHA-256 for certainty. */
export const dataIdentitySchema = z.strictObject({ name: z.string(), images: z.int().min(1), sha256: z.string() });

export type DataIdentity = Readonly<z.output<typeof dataIdentitySchema>>;

/** All that a run needs to go on as if it had never stopped. */
export interface Checkpoint {
  readonly config: TrainingConfig;
  readonly data: DataIdentity;
  readonly gan: Gan;
  readonly position: DataPosition;
}

const word = z.int().min(0).max(4294967295);
const opinionsSchema = z.strictObject({ real: z.number().optional(), fake: z.number().optional() });
const stateSchema = z.strictObject({
  step: z.int().min(0),
  random: z.tuple([word, word, word, word]),
  next: z.int().min(0),
  generatorUpdates: z.int().min(0),
  discriminatorUpdates: z.int().min(0),
  /** Optional, because checkpoints from before there was such a thing go on too. */
  said: opinionsSchema.optional(),
  headsSaid: z.array(opinionsSchema).optional(),
  data: dataIdentitySchema,
  config: storedConfigSchema,
});

export function encodeCheckpoint({ config, data, gan, position }: Checkpoint): Uint8Array {
  const state: z.input<typeof stateSchema> = {
    step: gan.step,
    random: [...gan.random.state()],
    next: position.next,
    generatorUpdates: gan.generator.optimizer.updates,
    discriminatorUpdates: gan.discriminator.optimizer.updates,
    said: gan.said,
    ...(config.discriminator === 'projected' && { headsSaid: [...gan.headsSaid] }),
    data,
    config,
  };
  const arrays: [string, Float32Array | Uint32Array][] = [
    ...playerArrays(gan.generator),
    ...playerArrays(gan.discriminator),
    ...named('average', gan.average),
    ['order', position.order],
  ];
  return encodeTensorFile({ arrays: new Map(arrays), metadata: { state: JSON.stringify(state) } });
}

/** @throws FreshcarError `damaged-bundle` in one sentence that names the file. */
export function decodeCheckpoint(bytes: Uint8Array, name: string): Checkpoint {
  const { arrays, metadata } = decodeTensorFile(bytes, name);
  const parsed = stateSchema.safeParse(JSON.parse(metadata.state ?? 'null'));
  if (!parsed.success) throw new FreshcarError('damaged-bundle', `${name} is not a checkpoint of this program.`);
  const state = parsed.data;
  const { config } = state;
  const order = arrays.get('order');
  if (!(order instanceof Uint32Array)) throw new FreshcarError('damaged-bundle', `${name} holds no order of the data.`);
  const generatorPlayer = readPlayer(generator(config.architecture), arrays, state.generatorUpdates);
  const gan: Gan = {
    generator: generatorPlayer,
    discriminator: readPlayer(discriminatorNetwork(config), arrays, state.discriminatorUpdates),
    average: config.average === 0 ? generatorPlayer.weights : readNamed('average', arrays),
    random: randomFromState(state.random),
    said: { ...state.said },
    headsSaid: state.headsSaid ?? mixedChannels.map(() => ({})),
    step: state.step,
  };
  return { config, data: state.data, gan, position: { order, next: state.next } };
}

function playerArrays({ network, weights, optimizer }: Player): [string, Float32Array][] {
  return [
    ...named(network.name, weights),
    ...named(`${network.name}.first`, optimizer.first),
    ...named(`${network.name}.second`, optimizer.second),
  ];
}

function readPlayer(network: Network, arrays: NamedArrays, updates: number): Player {
  const optimizer: OptimizerState = {
    updates,
    first: readNamed(`${network.name}.first`, arrays),
    second: readNamed(`${network.name}.second`, arrays),
  };
  return { network, weights: readNamed(network.name, arrays), optimizer };
}

function named(group: string, values: ReadonlyMap<string, Float32Array>): [string, Float32Array][] {
  return [...values].map(([name, array]) => [`${group}:${name}`, array]);
}

function readNamed(group: string, arrays: NamedArrays): Map<string, Float32Array> {
  const prefix = `${group}:`;
  return new Map(
    [...arrays]
      .filter(
        (entry): entry is [string, Float32Array] => entry[0].startsWith(prefix) && entry[1] instanceof Float32Array,
      )
      .map(([name, array]) => [name.slice(prefix.length), array]),
  );
}
