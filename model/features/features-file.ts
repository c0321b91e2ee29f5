import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { z } from 'zod';
import { sizeOf, type WeightValues } from '../architecture/network.ts';
import { FreshcarError } from '../errors.ts';
import { reasonOf, sha256 } from '../files.ts';
import { decodeTensorFile, encodeTensorFile } from '../safetensors.ts';
import { type FrozenNetwork, frozenNetworkSchema, frozenWeights } from './frozen-network.ts';

/** A network that a projected discriminator sees images through, and where it comes from. */
export interface Features {
  readonly network: FrozenNetwork;
  readonly weights: WeightValues;
  readonly about: FeaturesAbout;
}

const aboutSchema = z.strictObject({
  /** What the network is, who trained it on what, and in which package it came. */
  source: z.string().min(1),
  licence: z.string().min(1),
});

type FeaturesAbout = z.output<typeof aboutSchema>;

/** A features file, with the name and hash that a run remembers of it. */
export interface FeaturesFile extends Features {
  readonly name: string;
  readonly sha256: string;
}

const kind = 'freshcar frozen features';
const descriptionSchema = z.strictObject({ kind: z.literal(kind), network: frozenNetworkSchema, about: aboutSchema });

export function encodeFeatures({ network, weights, about }: Features): Uint8Array {
  const arrays = new Map(
    frozenWeights(network).map(({ name }) => [name, weights.get(name) ?? new Float32Array()] as const),
  );
  return encodeTensorFile({ arrays, metadata: { description: JSON.stringify({ kind, network, about }) } });
}

/** @throws FreshcarError `damaged-bundle` when the file is cut off or changed, `invalid-input` when it is something else. */
export function decodeFeatures(bytes: Uint8Array, name: string): Features {
  const { arrays, metadata } = decodeTensorFile(bytes, name);
  const wrong = (why: string) =>
    new FreshcarError(
      'invalid-input',
      `${name} is no file of features for --discriminator projected: ${why}. Make one by outside-features, as docs/training.md says.`,
    );
  const parsed = descriptionSchema.safeParse(parseJson(metadata.description));
  if (!parsed.success)
    throw wrong(metadata.description === undefined ? 'it holds something else' : z.prettifyError(parsed.error));
  const { network, about } = parsed.data;
  const weights = new Map<string, Float32Array>();
  for (const { name: weight, shape } of frozenWeights(network)) {
    const values = arrays.get(weight);
    if (!(values instanceof Float32Array) || values.length !== sizeOf(shape))
      throw wrong(`${weight} is of another shape`);
    weights.set(weight, values);
  }
  return { network, weights, about };
}

/** @throws FreshcarError as `decodeFeatures`, and `not-found` when there is no such file. */
export async function readFeatures(path: string): Promise<FeaturesFile> {
  const bytes = await readFile(path).catch((cause) => {
    const message = `Could not read the features ${path}: ${reasonOf(cause)}. Make them by outside-features, as docs/training.md says.`;
    throw new FreshcarError('not-found', message, { cause });
  });
  return { ...decodeFeatures(bytes, path), name: basename(path), sha256: sha256(bytes) };
}

function parseJson(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? 'null');
  } catch {
    return undefined;
  }
}
