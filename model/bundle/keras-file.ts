import { open } from 'node:fs/promises';
import { z } from 'zod';
import { FreshcarError } from '../errors.ts';
import { reasonOf } from '../files.ts';

/**
 * Models as Keras 2 saves them by `model.save('name.h5')`: an HDF5 file whose attribute `model_config` describes the layers
 * as JSON, and whose group `model_weights` holds an array for each weight, by layer.
 */

const layerSchema = z.object({
  class_name: z.string(),
  config: z.looseObject({ name: z.string().optional() }).or(z.array(z.unknown()).transform((layers) => ({ layers }))),
  /** In a functional model, where its input comes from. */
  inbound_nodes: z.unknown().optional(),
});
/** The layers of a model inside: a list in a field, or, before Keras 2.2.4, the configuration itself. */
const layersSchema = z.object({ layers: z.array(layerSchema) });
const modelNames = ['Sequential', 'Functional', 'Model'];

export type KerasLayer = z.output<typeof layerSchema> & { readonly config: Readonly<Record<string, unknown>> };

export interface KerasWeight {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

export interface KerasModel {
  readonly layers: readonly KerasLayer[];
  /** A layer's weights by their last name: `kernel`, `bias`, `gamma`, ... */
  weightsOf(layer: string): ReadonlyMap<string, KerasWeight>;
}

/** The eight bytes that every HDF5 file begins with. */
const signature = Buffer.from('\x89HDF\r\n\x1a\n', 'latin1');

/**
 * Reads a sequential model.
 *
 * @throws FreshcarError `not-found` when there is no such file, `invalid-input` when it is no HDF5 or no whole Keras model.
 */
export async function readKerasFile(path: string): Promise<KerasModel> {
  const refuse = (why: string, cause?: unknown) =>
    new FreshcarError('invalid-input', `${path} cannot be imported: ${why}.`, { cause });
  if (!(await beginOf(path)).equals(signature)) throw refuse('it is no HDF5 file, which is what Keras 2 saves as .h5');
  const { default: h5wasm } = await import('h5wasm/node');
  // Otherwise the library prints pages of its own on each error.
  (await h5wasm.ready).activate_throwing_error_handler();
  let file: InstanceType<typeof h5wasm.File>;
  try {
    file = new h5wasm.File(path, 'r');
  } catch (cause) {
    throw refuse('the HDF5 library does not open it; it may be cut off', cause);
  }
  try {
    const config = file.attrs.model_config?.value;
    if (typeof config !== 'string')
      throw refuse(
        'it holds no description of the layers; save the whole model with model.save, not its weights alone',
      );
    const parsed = layerSchema.safeParse(JSON.parse(config));
    const layers = parsed.success ? sequenceOf(parsed.data) : undefined;
    if (layers === undefined) throw refuse('its layers are not one sequence, each behind the one before');
    const weights = new Map(layers.map(({ layer, outer }) => [nameOf(layer), readWeights(file, outer, nameOf(layer))]));
    return { layers: layers.map(({ layer }) => layer), weightsOf: (layer) => weights.get(layer) ?? new Map() };
  } catch (cause) {
    if (cause instanceof FreshcarError) throw cause;
    if (/float16/i.test(String(cause)))
      throw refuse('its weights are float16, which the HDF5 library does not read; save the model in float32', cause);
    throw refuse('it is damaged', cause);
  } finally {
    file.close();
  }
}

export function nameOf({ class_name, config }: KerasLayer): string {
  return typeof config.name === 'string' ? config.name : class_name;
}

interface PlacedLayer {
  readonly layer: KerasLayer;
  /** The layer of the whole model that it is or lies in, under whose name its weights are kept. */
  readonly outer: string;
}

/** A model's layers in the order in which they compute, those of models inside it in their places; undefined where ways part or meet. */
function sequenceOf(model: KerasLayer, outer?: string): PlacedLayer[] | undefined {
  const parsed = layersSchema.safeParse(model.config);
  if (!modelNames.includes(model.class_name) || !parsed.success) return undefined;
  const layers = model.class_name === 'Sequential' ? parsed.data.layers : chainOf(parsed.data.layers);
  if (layers === undefined) return undefined;
  const placed = layers.map((layer) => {
    const place = outer ?? nameOf(layer);
    return modelNames.includes(layer.class_name) ? sequenceOf(layer, place) : [{ layer, outer: place }];
  });
  return placed.includes(undefined) ? undefined : placed.flatMap((inside) => inside ?? []);
}

/** The layers of a functional model from its input on, if each is called once, on the one before. */
function chainOf(layers: readonly KerasLayer[]): KerasLayer[] | undefined {
  const after = new Map(layers.map((layer) => [parentsOf(layer, layers).join('\n'), layer]));
  const chain: KerasLayer[] = [];
  for (let next = after.get(''); next !== undefined; next = after.get(nameOf(next))) chain.push(next);
  return chain.length === layers.length ? chain : undefined;
}

/** Keras 2 writes `[[["name", 0, 0, {}]]]`, Keras 3 a `keras_history` of `["name", 0, 0]`: each a known name before two numbers. */
function parentsOf(layer: KerasLayer, layers: readonly KerasLayer[]): string[] {
  const found = JSON.stringify(layer.inbound_nodes ?? []).matchAll(/\["((?:[^"\\]|\\.)*)",\d+,\d+/g);
  const names = [...found].map(([, name]) => JSON.parse(`"${name}"`) as string);
  return names.filter((name) => layers.some((other) => nameOf(other) === name));
}

/** The part of h5wasm's groups that is used here. */
interface Hdf5Group {
  readonly attrs: Readonly<Record<string, { readonly value: unknown } | undefined>>;
  get(path: string): unknown;
}

function readWeights(file: Hdf5Group, outer: string, layer: string): Map<string, KerasWeight> {
  const group = file.get(`model_weights/${outer}`) as Hdf5Group | null;
  const names = group?.attrs.weight_names?.value;
  // A layer without weights has an empty list of numbers there.
  if (group === null || !Array.isArray(names)) return new Map();
  // A model inside has all its weights in one group, each below its own layer's name.
  const own = outer === layer ? names : names.filter((path: string) => path.split('/').at(-2) === layer);
  return new Map(
    own.map((path: string) => {
      const { shape, value } = group.get(path) as { shape: number[]; value: ArrayLike<number> };
      const name = path.split('/').at(-1)?.replace(/:\d+$/, '') ?? path;
      return [name, { shape, values: Float32Array.from(value) }];
    }),
  );
}

async function beginOf(path: string): Promise<Buffer> {
  try {
    const file = await open(path);
    const { buffer } = await file
      .read(Buffer.alloc(signature.length), 0, signature.length, 0)
      .finally(() => file.close());
    return buffer;
  } catch (cause) {
    throw new FreshcarError('not-found', `Could not read ${path}: ${reasonOf(cause)}.`, { cause });
  }
}
