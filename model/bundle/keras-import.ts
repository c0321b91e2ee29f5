import { type Architecture, architectureSchema, generator, trainableSizes } from '../architecture/dcgan.ts';
import { sizeOf, type WeightValues } from '../architecture/network.ts';
import { FreshcarError } from '../errors.ts';
import { type KerasModel, type KerasWeight, nameOf, readKerasFile } from './keras-file.ts';
import { type KerasStep, translateLayer } from './keras-layers.ts';
import { type Affine, affineOf, composed, embedded, foldInto, plainNorm } from './keras-weights.ts';

export interface ImportedGenerator {
  readonly architecture: Architecture;
  readonly weights: WeightValues;
}

/**
 * Reads a generator that Keras saved, such as the seed's `model_gen.h5`: any that draws what a member of the family in `dcgan.ts`
 * draws. Dropout is left out, a bias that is not there is 0, and normalisation before an activation is put where the family has its own,
 * whatever its epsilon.
 *
 * @throws FreshcarError as `readKerasFile` does, and `invalid-input` that names the first layer which does not fit.
 */
export async function importKerasGenerator(path: string): Promise<ImportedGenerator> {
  const model = await readKerasFile(path);
  const steps = model.layers.flatMap((layer) => {
    const found = translateLayer(layer);
    if (typeof found === 'string') throw misfit(path, `${nameOf(layer)} (${layer.class_name})`, found);
    return found;
  });
  const blocks = blocksOf(path, model, steps);
  const architecture = architectureOf(path, model, blocks);
  return { architecture, weights: weightsOf(path, model, blocks, architecture) };
}

function misfit(path: string, layer: string, why: string): FreshcarError {
  return new FreshcarError('invalid-input', `${path} cannot be imported: its layer ${layer} ${why}.`);
}

type Weighted = Extract<KerasStep, { kind: 'dense' | 'conv' | 'convTranspose' }>;

/** A layer with a kernel, the normalisation behind it, and the activation at its end. */
interface Block {
  readonly layer: Weighted;
  readonly norms: Extract<KerasStep, { kind: 'batchNorm' }>[];
  /** What the dense layer's numbers become. */
  map?: readonly number[];
  end?: Extract<KerasStep, { kind: 'leakyRelu' | 'tanh' }>;
}

function blocksOf(path: string, model: KerasModel, steps: readonly KerasStep[]): Block[] {
  const blocks: Block[] = [];
  for (const step of steps) {
    const last = blocks.at(-1);
    if (step.kind === 'dense' || step.kind === 'conv' || step.kind === 'convTranspose') {
      blocks.push({ layer: step, norms: [] });
      continue;
    }
    if (last === undefined) throw misfit(path, step.name, `is a ${step.kind} before any layer with weights`);
    if (step.kind === 'reshape') last.map = step.shape;
    else if (step.kind === 'batchNorm') {
      if (last.end !== undefined && !isIdentity(model, step))
        throw misfit(
          path,
          step.name,
          'normalises after the activation; its offset would have to stop at the border of the map, which no layer here does',
        );
      last.norms.push(step);
    } else if (last.end !== undefined)
      throw misfit(path, step.name, `is a second activation behind ${last.layer.name}`);
    else if (step.kind === 'leakyRelu' || step.kind === 'tanh') last.end = step;
  }
  return blocks;
}

function isIdentity(model: KerasModel, norm: Extract<KerasStep, { kind: 'batchNorm' }>): boolean {
  const { factors, offsets } = affineOf(model.weightsOf(norm.name), norm.epsilon);
  return factors.every((factor) => Math.abs(factor - 1) < 1e-6) && offsets.every((offset) => Math.abs(offset) < 1e-6);
}

/** Reads the sizes that tell one member of the family from another. */
function architectureOf(path: string, model: KerasModel, blocks: readonly Block[]): Architecture {
  const [dense, ...others] = blocks;
  const picture = others.pop();
  if (dense?.layer.kind !== 'dense')
    throw misfit(path, dense?.layer.name ?? 'list', 'does not begin with a dense layer');
  const map = dense.map ?? [];
  const [base = 0, width = 0, baseChannels = 0] = map;
  const side =
    base * others.reduce((product, { layer }) => product * strideOf(layer), picture ? strideOf(picture.layer) : 1);
  const channels = filtersOf(picture?.layer);
  const doubles = others.every(({ layer }) => strideOf(layer) === 2);
  if (map.length === 3 && (channels !== 3 || (doubles && !trainableSizes.includes(side))))
    throw new FreshcarError(
      'invalid-input',
      `${path} cannot be imported: it draws pictures of ${side}x${side} in ${channels} ${channels === 1 ? 'channel' : 'channels'}, as ` +
        `${side === 28 && channels === 1 ? "TensorFlow's tutorial does for digits" : 'others do'}; cars have ${trainableSizes.join(', ')} pixels in three.`,
    );
  if (map.length !== 3 || base !== width)
    throw misfit(path, dense.layer.name, 'is not reshaped to a square map with channels');
  for (const { layer, end } of others) {
    if (layer.kind !== 'convTranspose')
      throw misfit(path, layer.name, `is a ${layer.kind} where a generator here has a convTranspose`);
    if (layer.stride !== 2) throw misfit(path, layer.name, `has stride ${layer.stride} where a generator here has 2`);
    if (layer.kernel < 2 || layer.kernel > 4)
      throw misfit(path, layer.name, `has a kernel of ${layer.kernel} where one here holds up to 4 each way`);
    if (end?.kind !== 'leakyRelu') throw misfit(path, layer.name, 'has no ReLU behind it');
  }
  checkPicture(path, picture);
  const slope = commonSlope(path, [dense, ...others]);
  const filters = others.map(({ layer }) => filtersOf(layer));
  const parsed = architectureSchema.safeParse({
    latentSize: model.weightsOf(dense.layer.name).get('kernel')?.shape[0],
    imageSize: side,
    depth: others.length,
    baseChannels,
    channels: filters[0],
    lastChannels: filters.slice(1),
    // Float32 knows 0.2 as 0.20000000298.
    slope: Math.round(slope * 1e6) / 1e6,
  });
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map(({ path: [name], message }) => `${String(name)}: ${message}`);
  throw new FreshcarError('invalid-input', `${path} is no generator of this family: ${faults.join('; ')}.`);
}

function checkPicture(path: string, picture: Block | undefined): void {
  if (picture?.layer.kind !== 'conv')
    throw misfit(path, picture?.layer.name ?? 'list', 'is the last one, where a generator here has a conv');
  const { name, kernel, stride } = picture.layer;
  if (stride !== 1) throw misfit(path, name, `has stride ${stride} where a generator here has 1`);
  if (kernel !== 1 && kernel !== 3) throw misfit(path, name, `has a kernel of ${kernel} where one here has 3`);
  if (picture.end?.kind !== 'tanh') throw misfit(path, name, 'does not end in tanh');
}

/** The family has one slope for all; the first layer that differs from most is named. */
function commonSlope(path: string, blocks: readonly Block[]): number {
  const slopes = blocks.map(({ layer, end }) => {
    if (end?.kind !== 'leakyRelu') throw misfit(path, layer.name, 'has no ReLU behind it');
    return end;
  });
  const count = (slope: number) => slopes.filter((other) => Math.abs(other.slope - slope) < 1e-6).length;
  const usual = slopes.reduce((most, { slope }) => (count(slope) > count(most) ? slope : most), slopes[0]?.slope ?? 0);
  const other = slopes.find(({ slope }) => Math.abs(slope - usual) >= 1e-6);
  if (other) throw misfit(path, other.name, `has slope ${other.slope} where the others have ${usual}`);
  return usual;
}

function strideOf(layer: Weighted): number {
  return layer.kind === 'convTranspose' ? layer.stride : 1;
}

function filtersOf(layer: Weighted | undefined): number {
  return layer === undefined || layer.kind === 'dense' ? 0 : layer.filters;
}

/** The family's own weights: normalisation goes where it has its own, or into the kernel where it has none. */
function weightsOf(
  path: string,
  model: KerasModel,
  blocks: readonly Block[],
  architecture: Architecture,
): Map<string, Float32Array> {
  const network = generator(architecture);
  const weights = new Map<string, Float32Array>();
  const layers = network.layers.filter(({ kind }) => kind === 'dense' || kind === 'conv' || kind === 'convTranspose');
  layers.forEach((own, at) => {
    const { layer, norms } = blocks[at] as Block;
    const found = model.weightsOf(layer.name);
    const kernelShape = network.weights.find(({ name }) => name === `${own.name}/kernel`)?.shape ?? [];
    const kernel = embedded(requireKernel(path, layer, found, kernelShape), kernelShape, layer.kind);
    const width = layer.kind === 'dense' ? layer.units : layer.filters;
    const bias = found.get('bias')?.values ?? new Float32Array(width);
    const norm = network.layers[network.layers.indexOf(own) + 1];
    if (norm?.kind === 'batchNorm') {
      weights.set(`${own.name}/kernel`, kernel).set(`${own.name}/bias`, bias);
      for (const [name, values] of normOf(model, norms, norm.epsilon, width))
        weights.set(`${norm.name}/${name}`, values);
    } else {
      const affine = composed(affinesOf(model, norms), width);
      const folded = foldInto(kernel, bias, affine);
      weights.set(`${own.name}/kernel`, folded.kernel).set(`${own.name}/bias`, folded.bias);
    }
  });
  for (const { name, shape } of network.weights) {
    const values = weights.get(name);
    if (values?.length !== sizeOf(shape) || !values.every(Number.isFinite))
      throw new FreshcarError(
        'invalid-input',
        `${path} cannot be imported: its weights for ${name} are not of the shape ${shape.join(' x ')}, or no numbers.`,
      );
  }
  return weights;
}

function affinesOf(model: KerasModel, norms: Block['norms']): Affine[] {
  return norms.map(({ name, epsilon }) => affineOf(model.weightsOf(name), epsilon));
}

/** As they are where the family has just such a normalisation; else what they compute, as one. */
function normOf(model: KerasModel, norms: Block['norms'], epsilon: number, width: number): Map<string, Float32Array> {
  const [only, ...others] = norms;
  const found = only && model.weightsOf(only.name);
  const names = ['gamma', 'beta', 'moving_mean', 'moving_variance'];
  const same = only && Math.abs(only.epsilon - epsilon) <= 1e-6 * epsilon && names.every((name) => found?.has(name));
  if (same && others.length === 0)
    return new Map(names.map((name) => [name, found?.get(name)?.values ?? new Float32Array()]));
  return plainNorm(composed(affinesOf(model, norms), width), epsilon);
}

function requireKernel(
  path: string,
  { name, kind }: Weighted,
  found: ReadonlyMap<string, KerasWeight>,
  own: readonly number[],
): KerasWeight {
  const kernel = found.get('kernel');
  // All but the size of a convolution's window have to be the same.
  const fits =
    kernel?.shape.length === own.length &&
    kernel.shape.every((length, at) => length === own[at] || (kind !== 'dense' && at < 2));
  if (kernel === undefined || !fits) throw misfit(path, name, `has no weights of the shape ${own.join(' x ')}`);
  return kernel;
}
