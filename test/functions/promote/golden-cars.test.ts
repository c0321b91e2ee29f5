import { describe, expect, it } from 'vitest';
import { drawGoldenCars } from '../../../functions/promote/golden-cars.ts';
import { generator } from '../../../model/architecture/dcgan.ts';
import { type Manifest, manifestSchema } from '../../../model/bundle/manifest.ts';
import { exportOnnx } from '../../../model/bundle/onnx-export.ts';
import { sha256 } from '../../../model/files.ts';
import { randomFromSeed } from '../../../model/random.ts';

const architecture = manifestSchema.shape.architecture.parse({ latentSize: 4, baseChannels: 8, channels: 8 });

/** Why a model is refused; `scaled` says by how much each weight is multiplied, `kept` which channels of the image are drawn. */
async function refusalOf(
  scaled: (name: string) => number,
  kept = (_channel: number) => true,
): Promise<string | undefined> {
  const random = randomFromSeed(3);
  const weights = new Map(
    generator(architecture).weights.map(({ name, shape, initializer }) => {
      const size = shape.reduce((product, length) => product * length, 1);
      // The last axis of the last layer is the channel of the image.
      const isKept = (at: number) => !name.startsWith('rgb/') || kept(at % 3);
      const drawn = Float32Array.from({ length: size }, (_, at) => random.normal() * (isKept(at) ? scaled(name) : 0));
      return [name, name.includes('norm') ? new Float32Array(size).fill(initializer === 'ones' ? 1 : 0) : drawn];
    }),
  );
  const graph = exportOnnx(generator(architecture), weights);
  const entry = { bytes: graph.length, sha256: sha256(graph) };
  const code = { name: 'freshcar', version: '0.1.0' };
  const manifest: Manifest = manifestSchema.parse({
    format: 1,
    version: 'new',
    architecture,
    files: { 'generator.onnx': entry },
    code,
  });
  return drawGoldenCars({ readFile: async () => graph }, manifest).then(
    () => undefined,
    (error) => `${error.code}: ${error.message}`,
  );
}

describe('a model that is to be let through', () => {
  it('draws cars that differ from each other and in themselves', async () => {
    expect(await refusalOf(() => 0.5)).toBeUndefined();
  });

  it('is refused where it draws one car for all seeds, however rich that is', async () => {
    // The latent vector counts for nothing, and the biases draw the same image each time.
    const oneCar = await refusalOf((name) => (name === 'project/kernel' ? 0 : 0.5));
    expect(oneCar).toBe('damaged-bundle: The model new draws the same car for different seeds.');
  });

  it('may draw in one colour more than in the others', async () => {
    const red = await refusalOf(
      (name) => (name === 'rgb/bias' ? 0 : 0.5),
      (channel) => channel === 0,
    );
    expect(red).toBeUndefined();
  });

  it('is refused where its cars are plain', async () => {
    expect(await refusalOf(() => 0)).toBe('damaged-bundle: The model new draws plain pictures instead of cars.');
    expect(await refusalOf((name) => (name === 'rgb/kernel' ? 1e-4 : 0.5))).toContain('plain pictures');
  });
});
