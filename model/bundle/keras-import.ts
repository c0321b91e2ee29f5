import { type Architecture, architectureSchema, generator } from '../architecture/dcgan.ts';
import { type Layer, type LayerSpec, type Network, type WeightValues, weightsOf } from '../architecture/network.ts';
import { FreshcarError } from '../errors.ts';
import { type KerasModel, nameOf, readKerasFile } from './keras-file.ts';
import { translateLayer } from './keras-layers.ts';

export interface ImportedGenerator {
  readonly architecture: Architecture;
  readonly weights: WeightValues;
}

/**
 * Reads a generator that Keras 2 saved, such as the seed's `model_gen.h5`: any member of the family in `dcgan.ts`.
 *
 * @throws FreshcarError as `readKerasFile` does, and `invalid-input` that names the first layer which does not fit.
 */
export async function importKerasGenerator(path: string): Promise<ImportedGenerator> {
  const model = await readKerasFile(path);
  const found = model.layers.flatMap((layer) => {
    const specs = translateLayer(layer);
    if (typeof specs === 'string') throw misfit(path, `${nameOf(layer)} (${layer.class_name})`, specs);
    return specs;
  });
  const architecture = architectureOf(path, model, found);
  const network = generator(architecture);
  checkLayers(path, network, found);
  return { architecture, weights: readWeights(path, model, network, found) };
}

function misfit(path: string, layer: string, why: string): FreshcarError {
  return new FreshcarError('invalid-input', `${path} cannot be imported: its layer ${layer} ${why}.`);
}

/** Reads the sizes that tell one member of the family from another. */
function architectureOf(path: string, model: KerasModel, found: readonly LayerSpec[]): Architecture {
  const dense = found.find(({ kind }) => kind === 'dense');
  const map = found.find((layer) => layer.kind === 'reshape')?.shape ?? [];
  const doublings = found.filter((layer) => layer.kind === 'convTranspose');
  const [base = 0, , baseChannels] = map;
  const parsed = architectureSchema.safeParse({
    latentSize: model.weightsOf(dense?.name ?? '').get('kernel')?.shape[0],
    imageSize: base * 2 ** doublings.length,
    depth: doublings.length,
    baseChannels,
    channels: doublings[0]?.filters,
    lastChannels: doublings.slice(1).map(({ filters }) => filters),
  });
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map(({ path: [name], message }) => `${String(name)}: ${message}`);
  throw new FreshcarError('invalid-input', `${path} is no generator of this family: ${faults.join('; ')}.`);
}

/** Compares layer for layer, each setting within float32's rounding. */
function checkLayers(path: string, network: Network, found: readonly LayerSpec[]): void {
  const count = Math.max(network.layers.length, found.length);
  for (let at = 0; at < count; at++) {
    const [layer, own] = [found[at], network.layers[at]];
    if (layer === undefined)
      throw new FreshcarError(
        'invalid-input',
        `${path} cannot be imported: after its last layer a ${own?.kind} is missing.`,
      );
    if (own === undefined) throw misfit(path, layer.name, 'is one too many');
    if (layer.kind !== own.kind)
      throw misfit(path, layer.name, `is a ${layer.kind} where a generator here has a ${own.kind}`);
    const difference = differenceOf(layer, own);
    if (difference !== undefined) throw misfit(path, layer.name, difference);
  }
}

function differenceOf(layer: LayerSpec, own: Layer): string | undefined {
  // Momentum matters to training alone.
  const settings = Object.entries(layer).filter(([key]) => !['kind', 'name', 'momentum'].includes(key));
  for (const [key, value] of settings) {
    const expected: unknown = own[key as keyof Layer];
    const same =
      typeof value === 'number' && typeof expected === 'number'
        ? Math.abs(value - expected) <= 1e-6 * Math.abs(expected)
        : JSON.stringify(value) === JSON.stringify(expected);
    if (!same) return `has ${key} ${JSON.stringify(value)} where a generator here has ${JSON.stringify(expected)}`;
  }
  return undefined;
}

function readWeights(
  path: string,
  model: KerasModel,
  network: Network,
  found: readonly LayerSpec[],
): Map<string, Float32Array> {
  return new Map(
    network.layers.flatMap((layer, at) => {
      const kerasName = found[at]?.name ?? '';
      const weights = model.weightsOf(kerasName);
      return weightsOf(layer).map(({ name, shape }): [string, Float32Array] => {
        const weight = weights.get(name.slice(layer.name.length + 1));
        if (weight === undefined || weight.shape.join() !== shape.join())
          throw misfit(path, kerasName, `has no weights of the shape ${shape.join(' x ')} for ${name}`);
        if (!weight.values.every(Number.isFinite)) throw misfit(path, kerasName, 'has weights that are no numbers');
        return [name, weight.values];
      });
    }),
  );
}
