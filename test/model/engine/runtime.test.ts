import { expect, it, vi } from 'vitest';
import { defaultArchitecture, generator } from '../../../model/architecture/dcgan.ts';
import { exportOnnx } from '../../../model/bundle/onnx-export.ts';
import { createOnnxEngine } from '../../../model/engine/onnx.ts';
import { formulaWeights } from '../../fixtures/keras/formula-weights.ts';
import { formulaLatents, kerasNumbers } from '../../support/keras.ts';

// As its package does on a system that it has no library for.
vi.mock('onnxruntime-node', () => {
  throw new Error("Cannot find module '../bin/napi-v6/darwin/x64/onnxruntime_binding.node'");
});

it('draws by WebAssembly where there is no native library, the cars of Keras, and says so once', async () => {
  const warn = vi.fn();
  const network = generator(defaultArchitecture);
  const graph = exportOnnx(network, formulaWeights(network));
  const engine = await createOnnxEngine(graph, defaultArchitecture, { warn });
  const other = await createOnnxEngine(graph, defaultArchitecture, { warn });
  const car = [...(await engine.draw(formulaLatents(1)))];
  const keras = kerasNumbers<{ car0: number[] }>('generator').car0;
  expect(Math.max(...keras.map((value, at) => Math.abs((value + 1) * 127.5 - (car[at] ?? NaN))))).toBeLessThan(0.51);
  expect(warn.mock.calls).toEqual([[expect.stringMatching(/no native library for .*WebAssembly draws the same cars/)]]);
  await Promise.all([engine.dispose(), other.dispose()]);
});
