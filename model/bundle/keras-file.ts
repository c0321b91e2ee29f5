import { open } from 'node:fs/promises';
import { z } from 'zod';
import { FreshcarError } from '../errors.ts';
import { reasonOf } from '../files.ts';

/**
 * Models as Keras 2 saves them by `model.save('name.h5')`: an HDF5 file whose attribute `model_config` describes the layers
 * as JSON, and whose group `model_weights` holds an array for each weight, by layer.
 */

const layerSchema = z.object({ class_name: z.string(), config: z.looseObject({ name: z.string().optional() }) });
const modelSchema = z.object({
  class_name: z.literal('Sequential'),
  // The first form is Keras 2.2.4's and later, the second is older.
  config: z.union([z.object({ layers: z.array(layerSchema) }).transform(({ layers }) => layers), z.array(layerSchema)]),
});

export type KerasLayer = z.output<typeof layerSchema>;

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
    const parsed = modelSchema.safeParse(JSON.parse(config));
    if (!parsed.success) throw refuse('its layers are not one sequence; a generator is a Sequential model');
    const weights = new Map(parsed.data.config.map((layer) => [nameOf(layer), readWeights(file, nameOf(layer))]));
    return { layers: parsed.data.config, weightsOf: (layer) => weights.get(layer) ?? new Map() };
  } catch (cause) {
    throw cause instanceof FreshcarError ? cause : refuse('it is damaged', cause);
  } finally {
    file.close();
  }
}

export function nameOf({ class_name, config }: KerasLayer): string {
  return config.name ?? class_name;
}

/** The part of h5wasm's groups that is used here. */
interface Hdf5Group {
  readonly attrs: Readonly<Record<string, { readonly value: unknown } | undefined>>;
  get(path: string): unknown;
}

function readWeights(file: Hdf5Group, layer: string): Map<string, KerasWeight> {
  const group = file.get(`model_weights/${layer}`) as Hdf5Group | null;
  const names = group?.attrs.weight_names?.value;
  // A layer without weights has an empty list of numbers there.
  if (group === null || !Array.isArray(names)) return new Map();
  return new Map(
    names.map((path: string) => {
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
