import { z } from 'zod';
import { buildNetwork, type LayerSpec, type Network } from './network.ts';

/** Of every leaky ReLU below zero, unless an architecture says otherwise. */
export const slope = 0.2;

/** Of the generator's leaky ReLUs below zero. */
export function slopeOf(architecture: Pick<Architecture, 'slope'>): number {
  return architecture.slope ?? slope;
}

/** The most doublings of the family. */
export const deepest = 5;

/** Pixels each way that networks draw. */
export const trainableSizes: readonly number[] & readonly [32, 64, 128] = [32, 64, 128];

/**
 * The family of networks: a DCGAN (Radford et al. 2015) with 4x4 kernels, as the project's seed describes it.
 * The defaults are the seed's own networks at 32x32.
 */
export const architectureSchema = z
  .strictObject({
    /** How many standard normal numbers make one car. */
    latentSize: z.int().min(1).max(1024).default(100),
    /** Width and height of a car in pixels. */
    imageSize: z.literal(trainableSizes).default(32),
    /** How often the generator doubles and the discriminator halves the picture; the smallest map is imageSize / 2^depth. */
    depth: z.int().min(2).max(deepest).optional(),
    /** Channels of the smallest map, in both networks. */
    baseChannels: z.int().min(8).max(1024).default(256),
    /** Channels of every map between the smallest and the picture, but for those that `lastChannels` names. */
    channels: z.int().min(8).max(1024).default(128),
    /**
     * Channels of the largest maps, the largest last, where they are others: `[64]` narrows the generator's last doubling
     * and the discriminator's first halving, `[64, 32]` the last two and the first two, so that large pictures stay affordable.
     */
    lastChannels: z.array(z.int().min(8).max(1024)).optional(),
    /** Channels of the discriminator's first layer, which works at full size. */
    firstChannels: z.int().min(8).max(1024).default(64),
    /** Of the generator's leaky ReLUs below zero, where it is another than the seed's: 0 is a plain ReLU. */
    slope: z.number().min(0).max(1).optional(),
  })
  // The same architecture is the same JSON: depth stays at its place, and of `lastChannels` only what differs is kept.
  .transform(({ latentSize, imageSize, depth = Math.log2(imageSize / 4), lastChannels, slope: asked, ...widths }) => ({
    latentSize,
    imageSize,
    depth,
    ...widths,
    ...differing(lastChannels, widths.channels),
    ...(asked !== undefined && asked !== slope && { slope: asked }),
  }))
  .refine((value) => value.imageSize / 2 ** value.depth >= 2, {
    message: 'depth halves the picture below 2x2; choose a smaller depth',
    path: ['depth'],
  })
  .refine(({ lastChannels = [], depth }) => lastChannels.length <= depth, {
    message: 'there are more of them than doublings',
    path: ['lastChannels'],
  });

export type Architecture = z.output<typeof architectureSchema>;

function differing(lastChannels: readonly number[] = [], channels: number): { readonly lastChannels?: number[] } {
  const from = lastChannels.findIndex((width) => width !== channels);
  return from < 0 ? {} : { lastChannels: lastChannels.slice(from) };
}

/** Channels of the generator's doublings, from the smallest map to the picture's size. */
export function doublingChannels({ depth, channels, lastChannels = [] }: Architecture): readonly number[] {
  return [...Array<number>(depth - lastChannels.length).fill(channels), ...lastChannels];
}

/** The seed's networks: 100 numbers in, 32x32 pixels out. */
export const defaultArchitecture: Architecture = architectureSchema.parse({});

/** Keras's own defaults, which the seed left as they are. */
const batchNormDefaults = { momentum: 0.99, epsilon: 1e-3 } as const;

/** Latent vector -> dense -> `depth` doublings -> RGB in [-1, 1]. 1,467,651 parameters at the defaults. */
export function generator(architecture: Architecture): Network {
  const { latentSize, imageSize, depth, baseChannels } = architecture;
  const own = slopeOf(architecture);
  const base = imageSize / 2 ** depth;
  const doublings = doublingChannels(architecture).flatMap((filters, at): LayerSpec[] => [
    { kind: 'convTranspose', name: `up_${at + 1}`, filters, kernel: 4, stride: 2 },
    { kind: 'batchNorm', name: `norm_${at + 1}`, ...batchNormDefaults },
    { kind: 'leakyRelu', name: `relu_${at + 1}`, slope: own },
  ]);
  return buildNetwork(
    'generator',
    [latentSize],
    [
      { kind: 'dense', name: 'project', units: base * base * baseChannels },
      { kind: 'leakyRelu', name: 'relu_0', slope: own },
      { kind: 'reshape', name: 'map', shape: [base, base, baseChannels] },
      ...doublings,
      { kind: 'conv', name: 'rgb', filters: 3, kernel: 3, stride: 1 },
      { kind: 'tanh', name: 'pixels' },
    ],
  );
}

/** RGB in [-1, 1] -> full-size layer -> `depth` halvings -> probability of being real. 926,209 parameters at the defaults. */
export function discriminator(architecture: Architecture): Network {
  const { imageSize, baseChannels, firstChannels } = architecture;
  const block = (index: number, filters: number, kernel: number, stride: number): LayerSpec[] => [
    { kind: 'conv', name: `conv_${index}`, filters, kernel, stride },
    { kind: 'batchNorm', name: `norm_${index}`, ...batchNormDefaults },
    { kind: 'leakyRelu', name: `relu_${index}`, slope },
  ];
  // The generator's widths the other way round, but for the smallest map's.
  const widths = [...doublingChannels(architecture).slice(1).reverse(), baseChannels];
  const halvings = widths.flatMap((filters, at) => block(at + 1, filters, 4, 2));
  return buildNetwork(
    'discriminator',
    [imageSize, imageSize, 3],
    [
      ...block(0, firstChannels, 3, 1),
      ...halvings,
      { kind: 'flatten', name: 'features' },
      { kind: 'dropout', name: 'dropout', rate: 0.4 },
      { kind: 'dense', name: 'score', units: 1 },
      { kind: 'sigmoid', name: 'probability' },
    ],
  );
}
