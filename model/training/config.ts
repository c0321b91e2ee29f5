import { z } from 'zod';
import { architectureSchema } from '../architecture/dcgan.ts';
import { precisions } from '../tensorflow/precision.ts';
import { withoutRetired } from './retired-settings.ts';

/**
 * Everything that decides what a run computes. One JSON file holds it, flags override it, the run folder keeps it; two
 * runs with the same configuration, data, program and kind of processor end in the same weights to the bit.
 */

/**
 * Losses over logits, each averaged over the batch.
 *
 * - `cross-entropy`: binary cross-entropy; the generator's is the non-saturating one (Goodfellow et al. 2014), which
 *   labels its cars as real.
 * - `hinge`: the margin loss (Lim and Ye 2017).
 */
export const lossNames = ['cross-entropy', 'hinge'] as const;
export type LossName = (typeof lossNames)[number];

/**
 * Differentiable augmentation (Zhao et al. 2020): the discriminator sees real and generated pictures through the same
 * random changes, so that a few photographs are not learnt by heart, and the gradient passes through to the generator.
 */
export const augmentSchema = z.strictObject({
  /** Adds a brightness drawn from -b/2 to b/2, in units of the [-1, 1] range. */
  brightness: z.number().min(0).max(2).default(0),
  /** Scales the distance to grey by a factor from 1-s to 1+s. */
  saturation: z.number().min(0).max(2).default(0),
  /** Scales the distance to the picture's mean by a factor from 1-c to 1+c. */
  contrast: z.number().min(0).max(1).default(0),
  /** Shifts by up to this part of the width, in whole pixels; what a shift lets in is the mirrored picture. */
  translation: z.number().min(0).max(0.5).default(0),
});

export type AugmentOptions = z.output<typeof augmentSchema>;

const rate = z.number().gt(0).max(1);
const decay = z.number().min(0).lt(1);

export const optimizerSchema = z.discriminatedUnion('kind', [
  /** Adam (Kingma and Ba 2015), as Keras writes it: epsilon outside of the bias correction. */
  z.strictObject({
    kind: z.literal('adam'),
    rate: rate.default(2e-4),
    beta1: decay.default(0.5),
    beta2: decay.default(0.999),
    epsilon: z.number().gt(0).default(1e-7),
  }),
  /** RMSprop (Hinton 2012). */
  z.strictObject({
    kind: z.literal('rmsprop'),
    rate: rate.default(1e-4),
    decay: decay.default(0.9),
    epsilon: z.number().gt(0).default(1e-7),
  }),
  /** Stochastic gradient descent with momentum. */
  z.strictObject({ kind: z.literal('sgd'), rate: rate.default(1e-2), momentum: decay.default(0) }),
]);

export type OptimizerOptions = z.output<typeof optimizerSchema>;

const adam = { kind: 'adam' } as const;

/** Takes a value by the name that it had in earlier configurations and checkpoints for the one that it has now. */
const renamed = (names: Readonly<Record<string, string>>) => (value: unknown) =>
  (typeof value === 'string' ? names[value] : undefined) ?? value;

export const configSchema = z.strictObject({
  architecture: architectureSchema.prefault({}),
  /** Governs weights, noise, augmentation and the order of the data. */
  seed: z.int().min(0).max(4294967295).default(1),
  batchSize: z.int().min(2).max(1024).default(64),
  /** How often each picture is shown, where `steps` does not say how long the run is. */
  epochs: z.number().gt(0).max(1e6).default(500),
  /** How many steps the run has, however many pictures there are. */
  steps: z.int().min(1).max(1e9).exactOptional(),
  loss: z.enum(lossNames).default('cross-entropy'),
  labels: z
    .strictObject({
      /** What the discriminator is to say of real pictures; 0.9 is one-sided smoothing (Salimans et al. 2016). */
      real: z.number().min(0.5).max(1).default(1),
      /** How many of a batch's labels are told the wrong way round, as noise. */
      flipRate: z.number().min(0).max(0.5).default(0),
    })
    .prefault({}),
  generatorOptimizer: optimizerSchema.prefault(adam),
  discriminatorOptimizer: optimizerSchema.prefault(adam),
  /** `separate`: the discriminator is updated on the real, then on the fake batch, as the seed does; `combined`: once on both. */
  discriminatorUpdates: z
    .preprocess(renamed({ apart: 'separate', together: 'combined' }), z.enum(['separate', 'combined']))
    .default('separate'),
  /**
   * The generated batch that the discriminator learns from: `shared` is the one that the generator then learns from, drawn
   * once for both; `predicted` is another, drawn by the moving statistics, as Keras's `predict` does for the seed.
   */
  fakes: z.enum(['shared', 'predicted']).default('shared'),
  /**
   * What the discriminator normalises by while the generator learns: the `batch`, or its `moving` statistics, as Keras does
   * for the seed, where a layer that is not trainable runs in inference.
   */
  frozenNormalisation: z.enum(['batch', 'moving']).default('batch'),
  /** Steps in which only the discriminator learns, before the first step of both. */
  pretrainDiscriminator: z.int().min(0).default(0),
  /** Decay per step of the averaged generator (Yazici et al. 2019), which is the one that ships; 0 keeps no average. */
  average: z.number().min(0).lt(1).default(0),
  /** Mirrors real pictures left to right half of the time. */
  mirror: z.boolean().default(false),
  augment: augmentSchema.prefault({}),
  /** Weight of the pull between what the discriminator says of real and of generated pictures (LeCam, Tseng et al. 2021). */
  lecam: z.number().min(0).default(0),
  /**
   * What convolutions, and what lies between them, compute in (mixed precision, Micikevicius et al. 2018); weights, optimizers,
   * batch statistics, losses and the averaged generator are float32 in any case.
   */
  precision: z.enum(precisions, { error: 'float32, bfloat16 or auto' }).default('float32'),
  /**
   * `dcgan` learns from pixels; `projected` (Sauer et al. 2021) sees images through a frozen network that others have trained, and
   * goes on from a generator that is diverse already.
   */
  discriminator: z.enum(['dcgan', 'projected']).default('dcgan'),
  /** Side that a projected discriminator enlarges images to; twice the image's, but 128 at most, unless told otherwise. */
  projectedSize: z.int().multipleOf(32).min(64).max(256).exactOptional(),
  /** The file of the frozen network that a projected discriminator sees images through, and where that network is from. */
  features: z
    .strictObject({
      name: z.string(),
      sha256: z.string().regex(/^[0-9a-f]{64}$/),
      source: z.string().exactOptional(),
      licence: z.string().exactOptional(),
    })
    .exactOptional(),
  /** The weights that the run started from instead of fresh ones: an earlier run's, or a bundle's generator. */
  from: z.strictObject({ name: z.string(), sha256: z.string().regex(/^[0-9a-f]{64}$/) }).exactOptional(),
});

/** The same as an earlier version may have written it. */
export const storedConfigSchema = z.preprocess(withoutRetired, configSchema);

export type TrainingConfig = z.output<typeof configSchema>;

/** A preset, file or flag may leave the precision to the machine; a run's own configuration says what came of it. */
export const autoPrecision = 'auto';
type ConfigInput = Omit<z.input<typeof configSchema>, 'precision'> & {
  readonly precision?: TrainingConfig['precision'] | typeof autoPrecision;
};

/** Said by every preset, so that a rate alone is a change to something. */
const optimizers = { generatorOptimizer: adam, discriminatorOptimizer: adam } as const;

/** Named starting points. `seed` is the student project's recipe; `fresh` is the best one found. */
export const presets = {
  seed: { ...optimizers, batchSize: 64, fakes: 'predicted', frozenNormalisation: 'moving' },
  fresh: {
    ...optimizers,
    batchSize: 32,
    labels: { real: 0.9 },
    average: 0.999,
    mirror: true,
    augment: { brightness: 1, saturation: 1, contrast: 0.5, translation: 0.125 },
    precision: autoPrecision,
  },
} as const satisfies Record<string, ConfigInput>;

/** What a preset's settings become with a projected discriminator. */
export const projectedDefaults = {
  discriminator: 'projected',
  batchSize: 32,
  loss: 'hinge',
  labels: { real: 1, flipRate: 0 },
  generatorOptimizer: { kind: 'adam', rate: 2e-4, beta1: 0.5, beta2: 0.99 },
  discriminatorOptimizer: { kind: 'adam', rate: 4e-4, beta1: 0.5, beta2: 0.99 },
  discriminatorUpdates: 'combined',
  fakes: 'shared',
  frozenNormalisation: 'batch',
  average: 0.999,
  lecam: 0.01,
  // Strong changes of colour hide from the discriminator what black is: cars then have holes where a tyre or a mirror should be.
  augment: { brightness: 0.3, saturation: 0.4, contrast: 0.2, translation: 0.125 },
} as const satisfies ConfigInput;

/** Side that images of this run are enlarged to. */
export function projectedSize({ projectedSize, architecture }: TrainingConfig): number {
  return projectedSize ?? Math.min(2 * architecture.imageSize, 128);
}

export type PresetName = keyof typeof presets;

/** Where the settings start if nothing is said. */
export const usualPreset: PresetName = 'fresh';

/**
 * How long a run with a preset is where nothing is said. What the recipes recommend, whatever the number of pictures: the best
 * snapshots of 636 photographs are from 3,000 steps on. The seed's recipe counts epochs.
 */
export const usualLength: Readonly<Record<PresetName, Pick<ConfigInput, 'steps'>>> = {
  seed: {},
  fresh: { steps: 4000 },
};
