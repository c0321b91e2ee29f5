import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { architectureSchema, generator } from '../../../model/architecture/dcgan.ts';
import { sizeOf, type WeightValues } from '../../../model/architecture/network.ts';
import { writeBundle } from '../../../model/bundle/write.ts';
import { randomFromSeed } from '../../../model/random.ts';
import { temporaryFolder } from '../../model/store/bundle-fixture.ts';

/** Weights that nobody trained: noise, strong enough that every seed draws another picture. */
export function noiseWeights(architecture: ReturnType<typeof architectureSchema.parse>, seed: number): WeightValues {
  const random = randomFromSeed(seed);
  const { weights } = generator(architecture);
  return new Map(
    weights.map(({ name, shape, initializer }) => {
      const scale = 1.5 / Math.sqrt(sizeOf(shape) / (shape.at(-1) ?? 1));
      const normal = () => random.normal() * scale;
      const value = { glorotUniform: normal, normal, zeros: () => 0, ones: () => 1 }[initializer];
      return [name, Float32Array.from({ length: sizeOf(shape) }, value)];
    }),
  );
}

/** Writes a small but real bundle, ONNX graph and all, into `folder`/`version`; returns that folder. */
export async function writeRealBundle(folder: string, version: string, imageSize: 32 | 64 | 128 = 32, seed = 1) {
  // At 128 pixels as grown ones are, whose largest maps are narrower.
  const lastChannels = imageSize === 128 ? [12, 8] : undefined;
  const widths = { latentSize: 16, baseChannels: 16, channels: 16, lastChannels };
  const architecture = architectureSchema.parse({ imageSize, ...widths });
  const bundle = path.join(folder, version);
  const code = { name: 'freshcar', version: '0.1.0' };
  await writeBundle(bundle, { about: { version, architecture, code }, weights: noiseWeights(architecture, seed) });
  return bundle;
}

/** The keys of such bundles in a store, with what a service reads of them. */
export async function realBundleKeys(versions: Readonly<Record<string, 32 | 64>>): Promise<Map<string, Buffer>> {
  const folder = await temporaryFolder();
  const keys = new Map<string, Buffer>();
  for (const [at, [version, imageSize]] of Object.entries(versions).entries()) {
    const bundle = await writeRealBundle(folder, version, imageSize, at + 1);
    for (const file of ['manifest.json', 'generator.onnx'])
      keys.set(`models/${version}/${file}`, await readFile(path.join(bundle, file)));
  }
  return keys;
}
