import { z } from 'zod';
import { FreshcarError } from '../errors.ts';

/**
 * The format of TensorFlow.js's layers models, as far as Keras's image classifiers need it: layers that name the ones they read,
 * and a table of weights, quantised or not (https://www.tensorflow.org/js/guide/conversion).
 */

const pair = z.tuple([z.int(), z.int()]);

const layerSchema = z.object({
  class_name: z.string(),
  name: z.string(),
  inbound_nodes: z
    .array(z.array(z.tuple([z.string()], z.unknown())))
    .transform((nodes) => nodes.flatMap((node) => node.map(([name]) => name))),
  config: z
    .object({
      batch_input_shape: z.array(z.int().nullable()),
      filters: z.int(),
      kernel_size: pair,
      pool_size: pair,
      strides: pair,
      padding: z.union([z.enum(['same', 'valid']), z.tuple([pair, pair])]),
      activation: z.string(),
      use_bias: z.boolean(),
      scale: z.boolean(),
      epsilon: z.number(),
      max_value: z.number().nullable(),
    })
    .partial(),
});

const weightSchema = z.object({
  name: z.string(),
  shape: z.array(z.int().min(0)),
  dtype: z.literal('float32'),
  quantization: z.object({ min: z.number(), scale: z.number(), dtype: z.enum(['uint8', 'uint16']) }).optional(),
});

const modelSchema = z.object({
  modelTopology: z.object({ model_config: z.object({ config: z.object({ layers: z.array(layerSchema).min(1) }) }) }),
  weightsManifest: z.array(z.object({ weights: z.array(weightSchema) })),
});

export type KerasLayer = z.output<typeof layerSchema>;

export interface LayersModel {
  readonly layers: readonly KerasLayer[];
  /** By `<layer>/<weight>`, row-major in Keras's own shapes. */
  readonly weights: ReadonlyMap<string, Float32Array>;
}

/**
 * @param json the parsed `model.json`.
 * @param bytes the bytes of all its weight files, one after the other.
 * @throws FreshcarError `invalid-input` when they are no layers model.
 */
export function readLayersModel(json: unknown, bytes: Uint8Array): LayersModel {
  const parsed = modelSchema.safeParse(json);
  if (!parsed.success)
    throw new FreshcarError(
      'invalid-input',
      `This is no layers model of TensorFlow.js: ${z.prettifyError(parsed.error)}.`,
    );
  const { modelTopology, weightsManifest } = parsed.data;
  const weights = new Map<string, Float32Array>();
  let at = 0;
  for (const entry of weightsManifest.flatMap((group) => group.weights)) {
    const length = entry.shape.reduce((product, side) => product * side, 1) * widthOf(entry);
    // A copy, because wider numbers have to begin at a multiple of their width.
    const own = Uint8Array.from(bytes.subarray(at, at + length));
    if (own.length < length)
      throw new FreshcarError(
        'invalid-input',
        `The weights end before ${entry.name}; name all of the model's weight files.`,
      );
    weights.set(entry.name, valuesOf(own, entry));
    at += length;
  }
  return { layers: modelTopology.model_config.config.layers, weights };
}

function widthOf({ quantization }: z.output<typeof weightSchema>): number {
  return { uint8: 1, uint16: 2, float32: 4 }[quantization?.dtype ?? 'float32'];
}

function valuesOf({ buffer }: Uint8Array, { name, quantization }: z.output<typeof weightSchema>): Float32Array {
  if (quantization === undefined) return new Float32Array(buffer);
  const levels = quantization.dtype === 'uint8' ? new Uint8Array(buffer) : new Uint16Array(buffer);
  const lowest = name.endsWith('/moving_variance') ? lowestVariance : 0;
  return Float32Array.from(levels, (level) => Math.max(level, lowest) * quantization.scale + quantization.min);
}

/**
 * A variance between nothing and half a step was rounded to nothing, by which a normalisation would multiply a channel a hundredfold,
 * at the borders above all. The middle of what it may have been, in steps.
 */
const lowestVariance = 0.25;
