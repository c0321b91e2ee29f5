import { z } from 'zod';
import { generator } from '../../architecture/dcgan.ts';
import { sizeOf, type WeightValues } from '../../architecture/network.ts';
import { FreshcarError } from '../../errors.ts';
import { decodeTensorFile, encodeTensorFile } from '../../safetensors.ts';
import { storedConfigSchema, type TrainingConfig } from '../config.ts';
import { type Checkpoint, type DataIdentity, dataIdentitySchema } from './checkpoint.ts';

/** What of a run is worth looking at after one of its steps: the generator as it would ship, and what made it. */
export interface Snapshot {
  readonly config: TrainingConfig;
  readonly data: DataIdentity;
  /** Steps done. */
  readonly step: number;
  /** The averaged generator's weights; the generator's own where no average is kept. */
  readonly weights: WeightValues;
}

/** The weights are shared with the run, which goes on changing them. */
export function snapshotOf({ config, data, gan }: Pick<Checkpoint, 'config' | 'data' | 'gan'>): Snapshot {
  return { config, data, step: gan.step, weights: gan.average };
}

const stateSchema = z.strictObject({ step: z.int().min(0), data: dataIdentitySchema, config: storedConfigSchema });

/** As a file: the arrays under their weights' names, the rest as JSON in the header. A sixth of a checkpoint's size. */
export function encodeSnapshot({ weights, ...state }: Snapshot): Uint8Array {
  return encodeTensorFile({ arrays: weights, metadata: { state: JSON.stringify(state) } });
}

/** @throws FreshcarError `damaged-bundle` in one sentence that names the file. */
export function decodeSnapshot(bytes: Uint8Array, name: string): Snapshot {
  const { arrays, metadata } = decodeTensorFile(bytes, name);
  const parsed = stateSchema.safeParse(parseJson(metadata.state));
  if (!parsed.success) throw new FreshcarError('damaged-bundle', `${name} is not a snapshot of this program.`);
  const weights = new Map<string, Float32Array>();
  for (const { name: weight, shape } of generator(parsed.data.config.architecture).weights) {
    const values = arrays.get(weight);
    if (!(values instanceof Float32Array) || values.length !== sizeOf(shape))
      throw new FreshcarError('damaged-bundle', `${name} is damaged: its weights are not those of its networks.`);
    weights.set(weight, values);
  }
  return { ...parsed.data, weights };
}

function parseJson(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? 'null');
  } catch {
    return undefined;
  }
}
