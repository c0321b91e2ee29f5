import { z } from 'zod';
import { type KerasLayer, nameOf } from './keras-file.ts';

/**
 * Keras's layers as steps of a generator: what each computes when it draws. A schema for each class says what of it can be taken
 * over; what would change the drawing is refused rather than ignored.
 */
export type KerasStep = { readonly name: string } & (
  | { readonly kind: 'dense'; readonly units: number }
  | {
      readonly kind: 'conv' | 'convTranspose';
      readonly filters: number;
      readonly kernel: number;
      readonly stride: number;
    }
  | { readonly kind: 'batchNorm'; readonly epsilon: number; readonly axis: number }
  | { readonly kind: 'leakyRelu'; readonly slope: number }
  | { readonly kind: 'reshape'; readonly shape: readonly number[] }
  | { readonly kind: 'tanh' }
);

/** A layer's size each way, which Keras says as two numbers. */
const square = z
  .tuple([z.int(), z.int()])
  .refine(([height, width]) => height === width, 'both sides must be the same')
  .transform(([side]) => side);
const ends = z.enum(['linear', 'tanh']).default('linear');
const within = z.enum(['linear', 'relu', 'leaky_relu']).default('linear');
const convolution = z.object({
  filters: z.int(),
  kernel_size: square,
  strides: square,
  padding: z.literal('same'),
  data_format: z.literal('channels_last').default('channels_last'),
  dilation_rate: z.tuple([z.literal(1), z.literal(1)]).optional(),
  output_padding: z.null().optional(),
  groups: z.literal(1).optional(),
});

type Config = Readonly<Record<string, unknown>>;
/** Translates a layer's configuration; `name` is what an activation inside of the layer is called after. */
type Translate = (config: Config, name: string) => KerasStep[];

/** Keras's own slope of the activation that is named by a word. */
const wordSlopes = { relu: 0, leaky_relu: 0.2 } as const;

function withActivation(step: KerasStep, activation: 'linear' | 'tanh' | keyof typeof wordSlopes): KerasStep[] {
  const { name } = step;
  if (activation === 'linear') return [step];
  if (activation === 'tanh') return [step, { kind: 'tanh', name }];
  return [step, { kind: 'leakyRelu', name, slope: wordSlopes[activation] }];
}

/** Layers that do something in training alone. */
const idle: Translate = () => [];

const translations: Readonly<Record<string, Translate>> = {
  InputLayer: idle,
  Dropout: idle,
  SpatialDropout2D: idle,
  GaussianNoise: idle,
  GaussianDropout: idle,
  ActivityRegularization: idle,
  Dense: (config, name) => {
    const { units, activation } = z.object({ activation: within, units: z.int() }).parse(config);
    return withActivation({ kind: 'dense', name, units }, activation);
  },
  Conv2D: (config, name) => {
    const { filters, kernel_size, strides, activation } = convolution.extend({ activation: ends }).parse(config);
    return withActivation({ kind: 'conv', name, filters, kernel: kernel_size, stride: strides }, activation);
  },
  Conv2DTranspose: (config, name) => {
    const activation = z.enum([...ends.def.innerType.options, 'relu', 'leaky_relu']).default('linear');
    const { filters, kernel_size, strides, activation: asked } = convolution.extend({ activation }).parse(config);
    return withActivation({ kind: 'convTranspose', name, filters, kernel: kernel_size, stride: strides }, asked);
  },
  BatchNormalization: (config, name) => {
    const { epsilon, axis } = z
      .object({ axis: z.union([z.int(), z.tuple([z.int()]).transform(([one]) => one)]), epsilon: z.number() })
      .parse(config);
    return [{ kind: 'batchNorm', name, epsilon, axis }];
  },
  LeakyReLU: (config, name) => {
    const { alpha, negative_slope } = z
      .object({ alpha: z.number().optional(), negative_slope: z.number().optional() })
      .parse(config);
    return [{ kind: 'leakyRelu', name, slope: alpha ?? negative_slope ?? 0.3 }];
  },
  ReLU: (config, name) => {
    const { negative_slope } = z
      .object({
        max_value: z.null().optional(),
        threshold: z.literal(0).optional(),
        negative_slope: z.number().default(0),
      })
      .parse(config);
    return [{ kind: 'leakyRelu', name, slope: negative_slope }];
  },
  Reshape: (config, name) => {
    const { target_shape } = z.object({ target_shape: z.array(z.int()) }).parse(config);
    return [{ kind: 'reshape', name, shape: target_shape }];
  },
  Activation: (config, name) => {
    const { activation } = z.object({ activation: z.enum(['linear', 'tanh', 'relu', 'leaky_relu']) }).parse(config);
    // What follows on a layer that does nothing.
    return withActivation({ kind: 'tanh', name }, activation).slice(activation === 'linear' ? 1 : -1);
  },
};

/** What a layer computes, or in words why it can be nothing here. */
export function translateLayer(layer: KerasLayer): KerasStep[] | string {
  const translate = Object.hasOwn(translations, layer.class_name) ? translations[layer.class_name] : undefined;
  if (translate === undefined) return 'is of a kind that generators here do not have';
  try {
    return translate(layer.config, nameOf(layer));
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error;
    return error.issues.map(({ path, message }) => `cannot be taken over: ${path.join('.')}: ${message}`).join('; ');
  }
}
