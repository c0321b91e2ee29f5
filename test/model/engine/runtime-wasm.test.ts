import { beforeAll, describe, expect, it, vi } from 'vitest';
import { defaultArchitecture, generator } from '../../../model/architecture/dcgan.ts';
import { exportOnnx } from '../../../model/bundle/onnx-export.ts';
import { createOnnxEngine } from '../../../model/engine/onnx.ts';
import { latentsFromSeeds } from '../../../model/latent.ts';
import { formulaWeights } from '../../fixtures/keras/formula-weights.ts';
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

  it.each([
    ['is cut off', (bytes: Uint8Array) => bytes.subarray(0, 1000)],
    ['is empty', () => new Uint8Array()],
  ])('refuses a graph that %s', async (_, change) => {
    const refused = createOnnxEngine(change(graph), defaultArchitecture);
    await expect(refused).rejects.toThrow('cannot be loaded');
    await expect(refused).rejects.toMatchObject({ code: 'damaged-bundle' });
  });
});
