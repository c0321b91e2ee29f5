import { z } from 'zod';
import type { LayerSpec } from '../architecture/network.ts';
import { type KerasLayer, nameOf } from './keras-file.ts';

/**
 * Keras's layers in this program's words. A schema for each class says what of it can be taken over; what a generator of
 * this family does not use is refused rather than ignored.
 */

/** A layer's size each way, which Keras says as two numbers. */
const square = z
  .tuple([z.int(), z.int()])
  .refine(([height, width]) => height === width, 'both sides must be the same')
  .transform(([side]) => side);
const plain = {
  activation: z.enum(['linear', 'tanh']).default('linear'),
  use_bias: z.literal(true).default(true),
};
const convolution = z.object({
  ...plain,
  filters: z.int(),
  kernel_size: square,
  strides: square,
  padding: z.literal('same'),
  data_format: z.literal('channels_last').default('channels_last'),
  dilation_rate: z.tuple([z.literal(1), z.literal(1)]).optional(),
  output_padding: z.null().optional(),
});

type Config = Readonly<Record<string, unknown>>;
/** Translates a layer's configuration; `name` is what an activation inside of the layer is called after. */
type Translate = (config: Config, name: string) => LayerSpec[];

function withActivation(layer: LayerSpec, activation: 'linear' | 'tanh'): LayerSpec[] {
  return activation === 'linear' ? [layer] : [layer, { kind: activation, name: layer.name }];
}

const translations: Readonly<Record<string, Translate>> = {
  InputLayer: () => [],
  Dense: (config, name) => {
    const { units, activation } = z.object({ ...plain, units: z.int() }).parse(config);
    return withActivation({ kind: 'dense', name, units }, activation);
  },
  Conv2D: (config, name) => {
    const { filters, kernel_size, strides, activation } = convolution.parse(config);
    return withActivation({ kind: 'conv', name, filters, kernel: kernel_size, stride: strides }, activation);
  },
  Conv2DTranspose: (config, name) => {
    const { filters, kernel_size, strides, activation } = convolution.parse(config);
    return withActivation({ kind: 'convTranspose', name, filters, kernel: kernel_size, stride: strides }, activation);
  },
  BatchNormalization: (config, name) => {
    const last = z.union([z.literal(-1), z.literal(3), z.tuple([z.union([z.literal(3), z.literal(-1)])])]);
    const { momentum, epsilon } = z
      .object({
        axis: last,
        momentum: z.number(),
        epsilon: z.number(),
        center: z.literal(true),
        scale: z.literal(true),
      })
      .parse(config);
    return [{ kind: 'batchNorm', name, momentum, epsilon }];
  },
  LeakyReLU: (config, name) => {
    const { alpha, negative_slope } = z
      .object({ alpha: z.number().optional(), negative_slope: z.number().optional() })
      .parse(config);
    return [{ kind: 'leakyRelu', name, slope: alpha ?? negative_slope ?? 0.3 }];
  },
  Reshape: (config, name) => {
    const { target_shape } = z.object({ target_shape: z.array(z.int()) }).parse(config);
    return [{ kind: 'reshape', name, shape: target_shape }];
  },
  Activation: (config, name) => {
    const { activation } = z.object({ activation: z.enum(['linear', 'tanh']) }).parse(config);
    return activation === 'linear' ? [] : [{ kind: activation, name }];
  },
};

/** What a layer is here, or in words why it can be nothing here. */
export function translateLayer(layer: KerasLayer): LayerSpec[] | string {
  const translate = Object.hasOwn(translations, layer.class_name) ? translations[layer.class_name] : undefined;
  if (translate === undefined) return 'is of a kind that generators here do not have';
  try {
    return translate(layer.config, nameOf(layer));
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error;
    return error.issues.map(({ path, message }) => `cannot be taken over: ${path.join('.')}: ${message}`).join('; ');
  }
}
