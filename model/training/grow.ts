import { type Architecture, architectureSchema, discriminator, doublingChannels } from '../architecture/dcgan.ts';
import { sizeOf, type WeightValues } from '../architecture/network.ts';
import { FreshcarError } from '../errors.ts';
import { fewestGrownChannels, growGenerator } from './grow-generator.ts';
import type { StartingWeights } from './step/gan.ts';

/**
 * Networks for images twice as large that begin with what smaller ones have learnt, as in progressive growing (Karras et al.
 * 2018), but at once: the generator gets one more doubling, and draws at first the smaller cars enlarged, to the pixel; the
 * discriminator gets one more halving between what it sees first and what it judges by.
 */

/** What may be chosen when networks grow; without it both widths are those of the smaller networks. */
export interface GrownWidths {
  readonly lastChannels?: readonly number[] | undefined;
  readonly firstChannels?: number | undefined;
}

/**
 * The architecture for twice the size; of `lastChannels` the last one is that of the new doubling.
 *
 * @throws FreshcarError `invalid-input` where that one is too narrow to draw the smaller cars.
 */
export function grownArchitecture(architecture: Architecture, widths: GrownWidths = {}): Architecture {
  const doublings = doublingChannels(architecture);
  const width = widths.lastChannels?.at(-1) ?? doublings.at(-1) ?? 0;
  if (width < fewestGrownChannels)
    throw new FreshcarError(
      'invalid-input',
      `The new map of a grown generator takes at least ${fewestGrownChannels} channels, to draw what the smaller one drew; ` +
        `it would have ${width}. Give it more as the last of --last-channels.`,
    );
  return architectureSchema.parse({
    ...architecture,
    imageSize: 2 * architecture.imageSize,
    depth: architecture.depth + 1,
    lastChannels: [...doublings, width],
    firstChannels: widths.firstChannels ?? architecture.firstChannels,
  });
}

/**
 * The weights of `large`, which `grownArchitecture` made of `small`; blocks of the discriminator that are new, or do not
 * fit any more, are left out, to be drawn. Takes TensorFlow.js to be loaded.
 */
export function grownWeights(small: Architecture, large: Architecture, weights: StartingWeights): StartingWeights {
  const { generator, average, discriminator } = weights;
  return {
    generator: growGenerator(small, large, generator),
    ...(average && { average: growGenerator(small, large, average) }),
    ...(discriminator && { discriminator: growDiscriminator(small, large, discriminator) }),
  };
}

/** How many of the grown discriminator's first blocks have learnt, before the first that is drawn. */
export function keptBlocks(small: Architecture, large: Architecture): number {
  return large.firstChannels === small.firstChannels ? newHalving(small, large) : 0;
}

/** The block that is put in: behind the first halving, where that one still fits, else before it. */
function newHalving(small: Architecture, large: Architecture): 1 | 2 {
  return doublingChannels(large).at(-1) === doublingChannels(small).at(-1) ? 2 : 1;
}

/** The blocks from the new one on move up by one, and what is of another shape than before is left out. */
function growDiscriminator(small: Architecture, large: Architecture, weights: WeightValues): WeightValues {
  const added = newHalving(small, large);
  const moved = [...weights].map(([name, values]): [string, Float32Array] => {
    const [, kind, index, weight] = /^(conv|norm)_(\d+)\/(.+)$/.exec(name) ?? [];
    const block = Number(index);
    return [block >= added ? `${kind}_${block + 1}/${weight}` : name, values];
  });
  const grown = new Map(moved);
  const misfits = discriminator(large)
    .weights.filter(({ name, shape }) => name.endsWith('/kernel') && grown.get(name)?.length !== sizeOf(shape))
    .map(({ name }) => /^conv_(\d+)/.exec(name)?.[1]);
  return new Map(moved.filter(([name]) => !misfits.includes(/^(?:conv|norm)_(\d+)\//.exec(name)?.[1])));
}
