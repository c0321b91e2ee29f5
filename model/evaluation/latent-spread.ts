import type { Engine } from '../engine/engine.ts';
import { latentsFromSeeds } from '../latent.ts';
import type { FeatureExtractor } from './extractor.ts';
import type { FeatureSet } from './feature-set.ts';

/** The scales that are measured; the service's truncations reach to the last. */
const scales = [0.25, 0.5, 0.75, 1, 1.25, 1.5];
/** Cars of each scale, from seed 0 on. */
const cars = 256;

/** Measures how far apart a model's cars are at each scale of their latent vectors, for `latentScale`. */
export async function measureLatentSpread(
  engine: Engine,
  extractor: Pick<FeatureExtractor, 'extract'>,
): Promise<{ scales: number[]; spreads: number[] }> {
  const seeds = Array.from({ length: cars }, (_, seed) => seed);
  const latents = latentsFromSeeds(seeds, engine.latentSize);
  const measured: number[] = [];
  for (const scale of scales) {
    const images = await engine.draw(latents.map((value) => value * scale));
    measured.push(spreadOf(await extractor.extract(images, engine.imageSize)));
  }
  // A model that draws one car only has no spread at all.
  const usual = measured[scales.indexOf(1)] || 1;
  return { scales: [...scales], spreads: measured.map((spread) => spread / usual) };
}

/** The root of the mean squared distance to the mean. */
function spreadOf({ values, count, size }: FeatureSet): number {
  const means = new Float64Array(size);
  values.forEach((value, at) => {
    means[at % size] = (means[at % size] as number) + value / count;
  });
  const squares = values.reduce((sum, value, at) => sum + (value - (means[at % size] as number)) ** 2, 0);
  return Math.sqrt(squares / count);
}
