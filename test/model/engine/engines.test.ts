import { describe, expect, it } from 'vitest';
import { architectureSchema, defaultArchitecture, generator } from '../../../model/architecture/dcgan.ts';
import { exportOnnx } from '../../../model/bundle/onnx-export.ts';
import { createOnnxEngine } from '../../../model/engine/onnx.ts';
import { createTfjsEngine } from '../../../model/engine/tfjs.ts';
import { latentsFromSeeds } from '../../../model/latent.ts';
import { formulaWeights } from '../../fixtures/keras/formula-weights.ts';
import { formulaLatents, kerasNumbers } from '../../support/keras.ts';

const seeds = (count: number) => Array.from({ length: count }, (_, seed) => seed);

describe('the ONNX engine', () => {
  it('draws the car that Keras draws with the same weights', async () => {
    const keras = kerasNumbers<{ car0: number[] }>('generator').car0;
    const engine = await onnxEngine();
    const car = (await engine.draw(formulaLatents(1))).values();
    for (const value of keras)
      expect(Math.abs((value + 1) * 127.5 - (car.next().value ?? Number.NaN))).toBeLessThan(0.51);
    expect(car.next().done).toBe(true);
  });

  it('draws the same car alone, among others, and while others are drawn', async () => {
    const engine = await onnxEngine();
    const all = await engine.draw(latentsFromSeeds(seeds(5), 100));
    const alone = await Promise.all(seeds(5).map((seed) => engine.draw(latentsFromSeeds([seed], 100))));
    const furthest = alone.map((car, at) => largestDifference(car, all.subarray(at * 3072, (at + 1) * 3072)));
    expect(Math.max(...furthest)).toBeLessThanOrEqual(1);
  });

  it.each([
    ['is cut off', (bytes: Uint8Array) => bytes.subarray(0, 1000), 'cannot be loaded'],
    ['is empty', () => new Uint8Array(), 'cannot be loaded'],
    ['is of another architecture', (bytes: Uint8Array) => bytes, 'does not draw cars of 64x64'],
  ])('refuses a graph that %s', async (_, change, sentence) => {
    const network = generator(defaultArchitecture);
    const bytes = change(exportOnnx(network, formulaWeights(network)));
    await expect(createOnnxEngine(bytes, { latentSize: 100, imageSize: 64 })).rejects.toThrow(sentence);
  });
});

describe('both engines', () => {
  it.each([
    ['the default', {}, 256],
    ['64 pixels', { imageSize: 64, channels: 16, baseChannels: 16 } as const, 8],
    ['a shallow', { depth: 2, latentSize: 7, channels: 16, baseChannels: 8 } as const, 8],
  ])('draw cars within 1 of 255 of each other with %s architecture', async (_, options, count) => {
    const architecture = architectureSchema.parse(options);
    const network = generator(architecture);
    const weights = formulaWeights(network);
    const onnx = await createOnnxEngine(exportOnnx(network, weights), architecture);
    const tfjs = await createTfjsEngine(weights, architecture, () => undefined);
    const latents = latentsFromSeeds(seeds(count), architecture.latentSize);
    const [one, other] = [await onnx.draw(latents), await tfjs.draw(latents)];
    expect(one).toHaveLength(count * architecture.imageSize ** 2 * 3);
    expect(largestDifference(one, other)).toBeLessThanOrEqual(1);
    // Cars that differ from each other; a graph that ignores its input would pass otherwise.
    expect(largestDifference(one.subarray(0, 3072), one.subarray(3072, 6144))).toBeGreaterThan(0);
  });
});

async function onnxEngine() {
  const network = generator(defaultArchitecture);
  return createOnnxEngine(exportOnnx(network, formulaWeights(network)), defaultArchitecture);
}

function largestDifference(one: Uint8Array, other: Uint8Array): number {
  return one.reduce((largest, value, at) => Math.max(largest, Math.abs(value - (other[at] ?? Number.NaN))), 0);
}
