import * as tf from '@tensorflow/tfjs-core';
import { mixedChannels } from '../../model/architecture/heads.ts';
import { sizeOf } from '../../model/architecture/network.ts';
import type { FeaturesFile } from '../../model/features/features-file.ts';
import { encodeFeatures } from '../../model/features/features-file.ts';
import {
  type FrozenLayer,
  type FrozenNetwork,
  frozenWeights,
  tapChannels,
} from '../../model/features/frozen-network.ts';
import { sha256 } from '../../model/files.ts';
import type { Mixing } from '../../model/tensorflow/mixing.ts';

const conv = (name: string, filters: number, options: Partial<FrozenLayer> = {}): FrozenLayer => ({
  ...{ name, kind: 'conv', side: 1, stride: 1, filters, relu6: true },
  ...options,
});
const depthwise = (name: string, filters: number, stride: 1 | 2, side = 3) =>
  conv(name, filters, { kind: 'depthwise', side, stride });
const linear = { relu6: false } as const;

/** A small inverted-bottleneck network that was made, not trained; the numbers of test/fixtures/projected are of it. */
export const madeNetwork: FrozenNetwork = {
  normalisation: { scale: [0.9, 1.1, 1.2], shift: [0.05, -0.1, 0.02] },
  layers: [
    ...[conv('stem', 6, { side: 3, stride: 2 }), depthwise('thin', 6, 1), conv('narrow', 4, linear)],
    ...[conv('a1', 8), depthwise('a2', 8, 2), conv('a3', 5, linear)],
    ...[conv('b1', 10), depthwise('b2', 10, 1), conv('b3', 5, { ...linear, add: 'a3' })],
    ...[conv('c1', 10), depthwise('c2', 10, 2), conv('c3', 6, linear)],
    ...[conv('d1', 12), depthwise('d2', 12, 2, 5), conv('d3', 7, linear)],
    ...[conv('e1', 14), depthwise('e2', 14, 2), conv('e3', 8, linear)],
  ],
  taps: ['b3', 'c3', 'd3', 'e3'],
};

/** Strong enough that a sixth of its values end at 6, and half of them at 0. */
export function madeWeights(): Map<string, Float32Array> {
  return new Map(
    frozenWeights(madeNetwork).map(({ name, shape }, w) => {
      const [side = 1, , inputs = 1, filters] = shape;
      const reads = side * side * (filters === 1 ? 1 : inputs);
      const value = name.endsWith('/kernel')
        ? (i: number) => (4 / Math.sqrt(reads)) * Math.sin(0.73 * ((i + w) * (i + w)))
        : (i: number) => 0.3 * Math.sin(0.7 * i + w) + 0.3;
      return [name, Float32Array.from({ length: sizeOf(shape) }, (_, i) => value(i))];
    }),
  );
}

export function madeMixing(): Mixing {
  const kernel = (shape: [number, number, number, number], w: number) => {
    const scale = 1 / Math.sqrt(shape[0] * shape[1] * shape[2]);
    const values = Float32Array.from({ length: sizeOf(shape) }, (_, i) => Math.sin(0.73 * ((i + w) * (i + w))) * scale);
    return tf.tensor4d(values, shape);
  };
  return {
    across: tapChannels(madeNetwork).map((channels, at) => kernel([1, 1, channels, mixedChannels[at] ?? 0], at)),
    down: mixedChannels.slice(1).map((channels, at) => kernel([3, 3, channels, mixedChannels[at] ?? 0], at + 4)),
  };
}

/** The made network as a features file is read. */
export function madeFeatures(): FeaturesFile {
  const features = {
    network: madeNetwork,
    weights: madeWeights(),
    about: { source: 'made for tests', licence: 'none' },
  };
  return { ...features, name: 'made.safetensors', sha256: sha256(encodeFeatures(features)) };
}
