import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import {
  architectureSchema,
  defaultArchitecture,
  discriminator,
  generator,
} from '../../../model/architecture/dcgan.ts';
import { buildNetwork } from '../../../model/architecture/network.ts';
import { exportOnnx } from '../../../model/bundle/onnx-export.ts';
import { formulaWeights } from '../../fixtures/keras/formula-weights.ts';
import { formulaLatents, kerasNumbers } from '../../support/keras.ts';

const seedGenerator = generator(defaultArchitecture);

describe('exportOnnx', () => {
  it('draws every pixel of the car that Keras draws, rounded to bytes', async () => {
    const keras = kerasNumbers<{ car0: number[] }>('generator').car0.map((value) => Math.round((value + 1) * 127.5));
    const { data } = await drawn(exportOnnx(seedGenerator, formulaWeights(seedGenerator)), formulaLatents(1), 100);
    expect(keras).toHaveLength(3072);
    // float32 sums in another order may fall on the other side of a half.
    expect(keras.filter((value, at) => value !== data[at]).length).toBeLessThan(5);
    // The car has contrast: a graph that loses the weights of one phase or one tap would not pass.
    expect(Math.max(...keras) - Math.min(...keras)).toBeGreaterThan(50);
  });

  it('takes any number of cars and gives rows of RGB pixels', async () => {
    const network = generator(
      architectureSchema.parse({ imageSize: 128, latentSize: 3, channels: 8, baseChannels: 8 }),
    );
    const onnx = exportOnnx(network, formulaWeights(network));
    for (const count of [1, 2, 5]) {
      const { dims, type } = await drawn(onnx, formulaLatents(count, 3), 3);
      expect({ dims, type }).toEqual({ dims: [count, 128, 128, 3], type: 'uint8' });
    }
  });

  it('gives the same bytes for the same weights, and others for others', () => {
    const weights = formulaWeights(seedGenerator);
    const [one, again] = [exportOnnx(seedGenerator, weights), exportOnnx(seedGenerator, formulaWeights(seedGenerator))];
    expect(Buffer.compare(one, again)).toBe(0);
    const changed = new Map(weights).set('norm_3/moving_variance', new Float32Array(128).fill(2));
    expect(Buffer.compare(one, exportOnnx(seedGenerator, changed))).not.toBe(0);
  });

  it.each([
    ['is no generator', discriminator(defaultArchitecture), 'conv_0: '],
    [
      'doubles by another kernel',
      buildNetwork('other', [4, 4, 8], [{ kind: 'convTranspose', name: 'up', filters: 8, kernel: 3, stride: 2 }]),
      'up: only a kernel of 4 at stride 2 can be exported',
    ],
  ])('refuses a network that %s, and names the layer', (_, network, sentence) => {
    expect(() => exportOnnx(network, formulaWeights(network))).toThrow(sentence);
  });

  it('refuses weights of which some are missing, and names one', () => {
    const weights = new Map(formulaWeights(seedGenerator));
    weights.delete('norm_2/gamma');
    expect(() => exportOnnx(seedGenerator, weights)).toThrow('no values for the weight norm_2/gamma');
  });
});

async function drawn(onnx: Uint8Array, latents: Float32Array, latentSize: number) {
  const session = await InferenceSession.create(onnx, { intraOpNumThreads: 1 });
  const input = new Tensor('float32', latents, [latents.length / latentSize, latentSize]);
  const { cars } = await session.run({ latents: input });
  if (!(cars?.data instanceof Uint8Array)) throw new Error('no bytes');
  return { data: cars.data, dims: [...cars.dims], type: cars.type };
}
