import { expect, it, vi } from 'vitest';
import { defaultArchitecture, generator } from '../../../model/architecture/dcgan.ts';
import { exportOnnx } from '../../../model/bundle/onnx-export.ts';
import { onnxInput, onnxOutput } from '../../../model/bundle/onnx-names.ts';
import { loadRuntime } from '../../../model/engine/runtime.ts';
import { formulaWeights } from '../../fixtures/keras/formula-weights.ts';
import { formulaLatents, kerasNumbers } from '../../support/keras.ts';

it('draws by WebAssembly where there is no native library, the cars of Keras, and says so once', async () => {
  const warn = vi.fn();
  const missing = () => {
    throw new Error("Cannot find module '../bin/napi-v6/darwin/x64/onnxruntime_binding.node'");
  };
  await loadRuntime(warn, missing);
  const { InferenceSession, Tensor } = await loadRuntime(warn, missing);
  const network = generator(defaultArchitecture);
  const session = await InferenceSession.create(exportOnnx(network, formulaWeights(network)), {});
  const drawn = await session.run({ [onnxInput]: new Tensor('float32', formulaLatents(1), [1, 100]) });
  const car = Array.from((drawn[onnxOutput]?.data ?? []) as Uint8Array);
  const keras = kerasNumbers<{ car0: number[] }>('generator').car0;
  expect(Math.max(...keras.map((value, at) => Math.abs((value + 1) * 127.5 - (car[at] ?? NaN))))).toBeLessThan(0.51);
  expect(warn.mock.calls).toEqual([[expect.stringMatching(/no native library for .*WebAssembly draws the same cars/)]]);
  await session.release();
});
