import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { generator } from '../../../model/architecture/dcgan.ts';
import { type KerasModel, readKerasFile } from '../../../model/bundle/keras-file.ts';
import { importKerasGenerator } from '../../../model/bundle/keras-import.ts';
import { exportOnnx } from '../../../model/bundle/onnx-export.ts';
import { createOnnxEngine } from '../../../model/engine/onnx.ts';
import { formulaLatents, kerasNumbers } from '../../support/keras.ts';
import { temporaryFolder } from '../store/bundle-fixture.ts';

/**
 * The generator of the fixture, which Keras drew a car with, written down in other ways that compute the same: each has to draw
 * Keras's own pixels.
 */

interface Layer {
  readonly class_name: string;
  readonly config: Record<string, unknown>;
  readonly weights?: Readonly<Record<string, { readonly values: Float32Array; readonly shape: readonly number[] }>>;
}

let keras: KerasModel;
beforeAll(async () => {
  keras = await readKerasFile(fileURLToPath(new URL('../../fixtures/keras/small_gen.h5', import.meta.url)));
});

/** The layers as they are in the fixture. */
function layersOf(): Layer[] {
  return keras.layers.map(({ class_name, config }) => ({
    class_name,
    config: { ...config },
    weights: Object.fromEntries(keras.weightsOf(String(config.name))),
  }));
}

type Inbound = (parents: string) => unknown;

interface Form {
  /** Writes a functional model, whose layers name where their input is from in this way. */
  readonly inbound?: Inbound;
  /** Puts the layers from this one on into a model of their own. */
  readonly nestFrom?: number;
}

async function write(layers: readonly Layer[], { inbound, nestFrom }: Form = {}): Promise<string> {
  const { default: h5wasm } = await import('h5wasm/node');
  await h5wasm.ready;
  const path = join(await temporaryFolder(), 'gen.h5');
  const file = new h5wasm.File(path, 'w');
  const described = layers.map(({ class_name, config }, at) => {
    const parent = layers[at - 1]?.config.name;
    return {
      class_name,
      config,
      ...(inbound && { inbound_nodes: parent === undefined ? [] : inbound(String(parent)) }),
    };
  });
  const outer = nestFrom === undefined ? described : described.slice(0, nestFrom);
  const inner = {
    class_name: 'Sequential',
    config: { name: 'inner', layers: described.slice(nestFrom ?? described.length) },
  };
  const all = nestFrom === undefined ? outer : [...outer, inner];
  file.create_attribute(
    'model_config',
    JSON.stringify({ class_name: inbound ? 'Functional' : 'Sequential', config: { name: 'gen', layers: all } }),
  );
  const weights = file.create_group('model_weights');
  const groups = new Map<string, Layer[]>();
  layers.forEach((layer, at) => {
    const group = nestFrom !== undefined && at >= nestFrom ? 'inner' : String(layer.config.name);
    groups.set(group, [...(groups.get(group) ?? []), layer]);
  });
  for (const [name, members] of groups) {
    const group = weights.create_group(name);
    const names = members.flatMap(({ config, weights: own = {} }) =>
      Object.keys(own).map((one) => `${config.name}/${one}:0`),
    );
    if (names.length > 0) group.create_attribute('weight_names', names);
    for (const { config, weights: own = {} } of members) {
      if (Object.keys(own).length === 0) continue;
      const below = group.create_group(String(config.name));
      for (const [one, { values, shape }] of Object.entries(own))
        below.create_dataset({ name: `${one}:0`, data: values, shape: [...shape] });
    }
  }
  file.close();
  return path;
}

/** How far the drawn car is from Keras's at most, in parts of 255. */
async function distance(path: string): Promise<number> {
  const { architecture, weights } = await importKerasGenerator(path);
  const engine = await createOnnxEngine(exportOnnx(generator(architecture), weights), architecture);
  const drawn = await engine.draw(formulaLatents(1, 10));
  await engine.dispose();
  const { car0 } = kerasNumbers<{ car0: number[] }>('small_gen');
  return Math.max(...car0.map((value, at) => Math.abs((drawn[at] ?? Number.NaN) - (value * 127.5 + 127.5))));
}

const changed = (change: (layer: Layer) => Layer | readonly Layer[]) => layersOf().flatMap(change);
const idle = (class_name: string, name: string): Layer => ({ class_name, config: { name, rate: 0.3 } });
const norm = (
  name: string,
  size: number,
  values: { gamma?: number; mean?: number; variance?: number; beta?: number },
  config = {},
): Layer => {
  const of = (value: number) => ({ values: new Float32Array(size).fill(value), shape: [size] });
  return {
    class_name: 'BatchNormalization',
    config: { name, axis: [-1], epsilon: 0, momentum: 0.9, ...config },
    weights: {
      ...(values.gamma !== undefined && { gamma: of(values.gamma) }),
      ...(values.beta !== undefined && { beta: of(values.beta) }),
      moving_mean: of(values.mean ?? 0),
      moving_variance: of(values.variance ?? 1),
    },
  };
};
const mapValues = (
  weight: { values: Float32Array; shape: readonly number[] } | undefined,
  change: (value: number) => number,
) => {
  if (weight === undefined) throw new Error('no such weight');
  return { shape: weight.shape, values: weight.values.map(change) };
};

describe('a generator that Keras saved is drawn as Keras draws it', () => {
  const keras2: Inbound = (parent) => [[[parent, 0, 0, {}]]];
  const keras3: Inbound = (parent) => [
    {
      args: [{ class_name: '__keras_tensor__', config: { shape: [null], keras_history: [parent, 0, 0] } }],
      kwargs: {},
    },
  ];

  it.each<[string, () => readonly Layer[], Form?]>([
    ['as it is', layersOf],
    [
      'with dropout and noise here and there',
      () =>
        changed((layer) => [
          layer,
          ...(layer.class_name === 'LeakyReLU' ? [idle('Dropout', `drop_${layer.config.name}`)] : []),
        ]),
    ],
    ['as a functional model of Keras 2', layersOf, { inbound: keras2 }],
    ['as a functional model of Keras 3', layersOf, { inbound: keras3 }],
    ['with a model inside', layersOf, { nestFrom: 5 }],
    [
      'reshaped before the activation',
      () => {
        const layers = layersOf();
        const at = layers.findIndex(({ class_name }) => class_name === 'Reshape');
        return [...layers.slice(0, at - 1), layers[at], layers[at - 1], ...layers.slice(at + 1)] as Layer[];
      },
    ],
    [
      'with another epsilon',
      () =>
        changed((layer) => {
          if (layer.class_name !== 'BatchNormalization') return layer;
          const variance = mapValues(layer.weights?.moving_variance, (value) => value + 1e-3 - 1e-5);
          return {
            ...layer,
            config: { ...layer.config, epsilon: 1e-5 },
            weights: { ...layer.weights, moving_variance: variance },
          };
        }),
    ],
    [
      'with a normalisation behind the dense layer, that undoes what the layer does too much',
      () =>
        changed((layer) => {
          if (layer.class_name !== 'Dense') return layer;
          const weights = {
            kernel: mapValues(layer.weights?.kernel, (value) => 2 * value),
            bias: mapValues(layer.weights?.bias, (value) => 2 * value + 3),
          };
          return [
            { ...layer, weights },
            norm('norm_0', 128, { mean: 3, variance: 4 }, { center: false, scale: false }),
          ];
        }),
    ],
    [
      'without a bias, which the normalisation behind it takes away anyway',
      () =>
        changed((layer) => {
          if (layer.class_name === 'BatchNormalization') {
            const before = String(layer.config.name).replace('batch_normalization', 'conv2d_transpose');
            const bias = keras.weightsOf(before).get('bias')?.values ?? new Float32Array();
            const mean = layer.weights?.moving_mean;
            const moved = {
              shape: mean?.shape ?? [],
              values: (mean?.values ?? new Float32Array()).map((value, at) => value - (bias[at] ?? 0)),
            };
            return { ...layer, weights: { ...layer.weights, moving_mean: moved } };
          }
          if (layer.class_name !== 'Conv2DTranspose') return layer;
          const { bias: _, ...weights } = layer.weights ?? {};
          return { ...layer, config: { ...layer.config, use_bias: false }, weights };
        }),
    ],
    [
      'with a normalisation behind an activation that changes nothing',
      () =>
        changed((layer) =>
          layer.config.name === 'leaky_re_lu_5' ? [layer, norm('none', 8, { gamma: 1, beta: 0 })] : layer,
        ),
    ],
  ])('%s', async (_, layers, form) => {
    expect(await distance(await write(layers(), form))).toBeLessThan(1);
  });

  it('with other slopes, smaller windows and widths of its own, which the graph can say', async () => {
    const layers = changed((layer) => {
      if (layer.class_name === 'LeakyReLU') return { class_name: 'ReLU', config: { name: layer.config.name } };
      if (layer.config.name !== 'conv2d_transpose_5') return layer;
      const kernel = { shape: [2, 2, 8, 8], values: Float32Array.from({ length: 256 }, (_, at) => Math.sin(at)) };
      return { ...layer, config: { ...layer.config, kernel_size: [2, 2] }, weights: { ...layer.weights, kernel } };
    });
    const { architecture, weights } = await importKerasGenerator(await write(layers));
    expect(architecture.slope).toBe(0);
    const own = weights.get('up_3/kernel');
    // By steps of two a window of 2 touches each pixel once: it is the middle of one of 4.
    expect([own?.[(1 * 4 + 1) * 64], own?.[(2 * 4 + 2) * 64 + 5], own?.[0]]).toEqual([
      Math.fround(Math.sin(0)),
      Math.fround(Math.sin(3 * 64 + 5)),
      0,
    ]);
  });
});

describe('a generator that cannot be drawn here is refused by the true reason', () => {
  it.each<[string, () => readonly Layer[], string, Form?]>([
    [
      'digits of 28 pixels',
      () => [
        {
          class_name: 'Dense',
          config: { name: 'd', units: 7 * 7 * 8 },
          weights: { kernel: { shape: [10, 392], values: new Float32Array(3920) } },
        },
        { class_name: 'Reshape', config: { name: 'r', target_shape: [7, 7, 8] } },
        ...[
          [8, 2],
          [1, 2],
        ].map(
          ([filters, stride], at): Layer => ({
            class_name: 'Conv2DTranspose',
            config: {
              name: `t${at}`,
              filters,
              kernel_size: [5, 5],
              strides: [stride, stride],
              padding: 'same',
              use_bias: false,
              activation: at === 1 ? 'tanh' : 'linear',
            },
          }),
        ),
      ],
      "draws pictures of 28x28 in 1 channel, as TensorFlow's tutorial does for digits",
    ],
    [
      'a window too large',
      () =>
        changed((layer) =>
          layer.config.name === 'conv2d_transpose_4'
            ? { ...layer, config: { ...layer.config, kernel_size: [5, 5] } }
            : layer,
        ),
      'conv2d_transpose_4 has a kernel of 5',
    ],
    [
      'a normalisation behind an activation',
      () =>
        changed((layer) =>
          layer.config.name === 'leaky_re_lu_5' ? [layer, norm('late', 8, { gamma: 2, beta: 1 })] : layer,
        ),
      'late normalises after the activation',
    ],
    [
      'ways that part',
      layersOf,
      'its layers are not one sequence',
      {
        inbound: (parent) => [
          [
            [parent, 0, 0, {}],
            ['input_2', 0, 0, {}],
          ],
        ],
      },
    ],
  ])('%s', async (_, layers, sentence, form) => {
    await expect(importKerasGenerator(await write(layers(), form))).rejects.toThrow(sentence);
  });
});
