import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { featureNetwork } from '../../../../model/architecture/feature-network.ts';
import { countParameters } from '../../../../model/architecture/network.ts';
import { openExtractor } from '../../../../model/evaluation/extractor.ts';
import { kernelDistance } from '../../../../model/evaluation/kernel.ts';
import { sha256 } from '../../../../model/files.ts';
import { randomFromSeed } from '../../../../model/random.ts';
import { shippedFeatures } from '../../../../model/store/shipped.ts';
import { blots } from '../../../support/packed-pictures.ts';

describe('the shipped feature network', () => {
  it('is the file that its card describes, and small', async () => {
    const bytes = await readFile(shippedFeatures());
    const card = await readFile(shippedFeatures().replace('features.onnx', 'card.md'), 'utf8');
    expect(card).toContain(sha256(bytes));
    expect(card).toContain(`${bytes.length.toLocaleString('en')} bytes`);
    expect(bytes.length).toBeLessThan(1_500_000);
    const { total } = countParameters(featureNetwork);
    // Folding takes the four weights of each batch normalisation away.
    const folded = total - 4 * (32 + 48 + 64 + 96 + 128);
    expect(card).toContain(`${folded.toLocaleString('en')} weights`);
  });

  it('gives 128 features of pictures of any size', async () => {
    const extractor = await openExtractor(shippedFeatures());
    for (const size of [32, 64]) {
      const { count, size: features, values } = await extractor.extract(blots(3, size), size);
      expect({ count, features }).toEqual({ count: 3, features: 128 });
      expect(values.every(Number.isFinite)).toBe(true);
    }
  });

  it('finds pictures the further from what they were, the more noise is in them', async () => {
    const extractor = await openExtractor(shippedFeatures());
    const random = randomFromSeed(1);
    const [some, others] = [blots(60, 32, 1), blots(60, 32, 2)];
    const real = await extractor.extract(some, 32);
    const distances: number[] = [];
    for (const amount of [0, 40, 120]) {
      const noisy = Uint8Array.from(others, (value) => Math.max(0, Math.min(255, value + amount * random.normal())));
      const options = { subsets: 10, subsetSize: 30, random };
      distances.push((await kernelDistance(await extractor.extract(noisy, 32), real, options)).distance);
    }
    expect(distances).toEqual(distances.toSorted((a, b) => a - b));
    expect(distances[2]).toBeGreaterThan(10 * Math.abs(distances[0] as number));
  });
});
