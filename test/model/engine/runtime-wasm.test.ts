import { beforeAll, describe, expect, it, vi } from 'vitest';
import { architectureSchema, defaultArchitecture, generator } from '../../../model/architecture/dcgan.ts';
import { exportOnnx } from '../../../model/bundle/onnx-export.ts';
import { createOnnxEngine } from '../../../model/engine/onnx.ts';
import { createTfjsEngine } from '../../../model/engine/tfjs.ts';
import { latentsFromSeeds } from '../../../model/latent.ts';
import { formulaWeights } from '../../fixtures/keras/formula-weights.ts';
import { noiseWeights } from '../../functions/generate/real-bundle.ts';
import { formulaLatents, kerasNumbers } from '../../support/keras.ts';

// As the function's build for arm64 does.
vi.mock('../../../model/engine/runtime.ts', () => import('../../../model/engine/runtime-wasm.ts'));

let graph: Uint8Array;
beforeAll(() => {
  const network = generator(defaultArchitecture);
  graph = exportOnnx(network, formulaWeights(network));
});

describe('the ONNX engine on WebAssembly', () => {
  it('draws the car that Keras draws with the same weights, and starts no thread for it', async () => {
    const started = vi.fn();
    process.on('worker', started);
    const engine = await createOnnxEngine(graph, defaultArchitecture);
    const car = [...(await engine.draw(formulaLatents(1)))];
    process.off('worker', started);
    const keras = kerasNumbers<{ car0: number[] }>('generator').car0;
    expect(car).toHaveLength(keras.length);
    expect(Math.max(...keras.map((value, at) => Math.abs((value + 1) * 127.5 - (car[at] ?? NaN))))).toBeLessThan(0.51);
    expect(started).not.toHaveBeenCalled();
    await engine.dispose();
  });

  it('draws many cars at once, each as alone', async () => {
    const engine = await createOnnxEngine(graph, defaultArchitecture);
    const all = await engine.draw(latentsFromSeeds([1, 2, 3], 100));
    const second = await engine.draw(latentsFromSeeds([2], 100));
    expect(Math.max(...second.map((value, at) => Math.abs(value - (all[3072 + at] ?? NaN))))).toBeLessThanOrEqual(1);
    await engine.dispose();
  });

  it('draws cars of 128 pixels by a graph whose largest maps are narrower', async () => {
    const large = architectureSchema.parse({
      imageSize: 128,
      latentSize: 16,
      channels: 16,
      baseChannels: 16,
      lastChannels: [12, 8],
    });
    const network = generator(large);
    const weights = noiseWeights(large, 1);
    const engine = await createOnnxEngine(exportOnnx(network, weights), large);
    const car = await engine.draw(latentsFromSeeds([1], 16));
    const tensorflow = await createTfjsEngine(weights, large, () => undefined);
    const drawn = await tensorflow.draw(latentsFromSeeds([1], 16));
    expect(car).toHaveLength(128 * 128 * 3);
    expect(new Set(car).size).toBeGreaterThan(100);
    expect(Math.max(...car.map((value, at) => Math.abs(value - (drawn[at] ?? NaN))))).toBeLessThanOrEqual(1);
    await Promise.all([engine.dispose(), tensorflow.dispose()]);
  });

  it.each([
    ['is cut off', (bytes: Uint8Array) => bytes.subarray(0, 1000)],
    ['is empty', () => new Uint8Array()],
  ])('refuses a graph that %s', async (_, change) => {
    const refused = createOnnxEngine(change(graph), defaultArchitecture);
    await expect(refused).rejects.toThrow('cannot be loaded');
    await expect(refused).rejects.toMatchObject({ code: 'damaged-bundle' });
  });
});
