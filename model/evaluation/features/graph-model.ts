import { z } from 'zod';
import { FreshcarError } from '../../errors.ts';

/**
 * The format of TensorFlow.js's graph models, as far as an image classifier needs it: the nodes of a frozen TensorFlow graph
 * in the order in which they are computed, and a table of constants, quantised or not
 * (https://www.tensorflow.org/js/guide/conversion).
 */

/** Byte strings are base64 in a graph model's JSON. */
const text = z.base64().transform((value) => Buffer.from(value, 'base64').toString());
const integer = z.coerce.number().pipe(z.int());

const nodeSchema = z.object({
  name: z.string(),
  op: z.string(),
  input: z.array(z.string().transform((name) => name.replace(/:\d+$/, ''))).default([]),
  attr: z
    .object({
      strides: z.object({ list: z.object({ i: z.array(integer) }) }),
      dilations: z.object({ list: z.object({ i: z.array(z.coerce.number().pipe(z.literal(1))) }) }),
      data_format: z.object({ s: text.pipe(z.literal('NHWC')) }),
      padding: z.object({ s: text.pipe(z.enum(['SAME', 'VALID'])) }),
      fused_ops: z.object({ list: z.object({ s: z.array(text) }) }),
      shape: z.object({ shape: z.object({ dim: z.array(z.object({ size: integer })) }) }),
    })
    .partial()
    .default({}),
});

const constantSchema = z.object({
  name: z.string(),
  shape: z.array(z.int().min(0)),
  dtype: z.enum(['float32', 'int32']),
  quantization: z.object({ min: z.number(), scale: z.number(), dtype: z.enum(['uint8', 'uint16']) }).optional(),
});

const modelSchema = z.object({
  modelTopology: z.object({ node: z.array(nodeSchema).min(1) }),
  weightsManifest: z.array(z.object({ weights: z.array(constantSchema) })),
});

export type GraphNode = z.output<typeof nodeSchema>;

export interface Constant {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

export interface GraphModel {
  readonly nodes: readonly GraphNode[];
  readonly constants: ReadonlyMap<string, Constant>;
}

/**
 * @param json the parsed `model.json`.
 * @param weights the bytes of all its weight files, one after the other.
 * @throws FreshcarError `invalid-input` when they are no graph model.
 */
export function readGraphModel(json: unknown, weights: Uint8Array): GraphModel {
  const parsed = modelSchema.safeParse(json);
  if (!parsed.success)
    throw new FreshcarError(
      'invalid-input',
      `This is no graph model of TensorFlow.js: ${z.prettifyError(parsed.error)}.`,
    );
  const { modelTopology, weightsManifest } = parsed.data;
  const constants = new Map<string, Constant>();
  let at = 0;
  for (const entry of weightsManifest.flatMap((group) => group.weights)) {
    const { name, shape, quantization } = entry;
    const count = shape.reduce((product, length) => product * length, 1);
    const width = { uint8: 1, uint16: 2, float32: 4 }[quantization?.dtype ?? 'float32'];
    // A copy, because wider numbers have to begin at a multiple of their width.
    const bytes = Uint8Array.from(weights.subarray(at, at + count * width));
    if (bytes.length < count * width)
      throw new FreshcarError('invalid-input', `The weights end before ${name}; name all of the model's weight files.`);
    constants.set(name, { shape, values: valuesOf(bytes, entry) });
    at += count * width;
  }
  return { nodes: modelTopology.node, constants };
}

function valuesOf({ buffer }: Uint8Array, { dtype, quantization }: z.output<typeof constantSchema>): Float32Array {
  if (quantization === undefined)
    return Float32Array.from(dtype === 'int32' ? new Int32Array(buffer) : new Float32Array(buffer));
  const levels = quantization.dtype === 'uint8' ? new Uint8Array(buffer) : new Uint16Array(buffer);
  return Float32Array.from(levels, (level) => level * quantization.scale + quantization.min);
}
