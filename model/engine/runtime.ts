import { createRequire } from 'node:module';
import { FreshcarError } from '../errors.ts';
import type { Runtime } from './engine.ts';

/** By `require`: where a package of CommonJS fails to load by `import`, Node ends the process although the import's failure is caught. */
function requireNative(): Runtime {
  const { InferenceSession, Tensor } = createRequire(import.meta.url)('onnxruntime-node');
  return { InferenceSession, Tensor, fillsOutputs: true };
}

let wasSaid = false;

function onStandardError(message: string): void {
  process.stderr.write(`${message}\n`);
}

/**
 * ONNX Runtime as a native library, or, on a system that it has none for (Macs with Intel processors, Alpine), compiled to WebAssembly: that
 * draws the same cars, a few times slower. Builds for a known processor put `runtime-native.ts` or `runtime-wasm.ts` in this module's
 * place.
 *
 * @param warn Is told once that there is no native library; by default whoever reads standard error.
 * @param loadNative Throws where there is none.
 * @throws FreshcarError `missing-dependency` when there is neither.
 */
export async function loadRuntime(warn = onStandardError, loadNative = requireNative): Promise<Runtime> {
  try {
    return loadNative();
  } catch (cause) {
    const runtime = await loadPortable(cause);
    const system = `${process.platform} ${process.arch}`;
    if (!wasSaid)
      warn(`ONNX Runtime has no native library for ${system}; its WebAssembly draws the same cars, slower.`);
    wasSaid = true;
    return runtime;
  }
}

async function loadPortable(cause: unknown): Promise<Runtime> {
  try {
    return await (await import('./runtime-wasm.ts')).loadRuntime();
  } catch {
    const sentence = 'ONNX Runtime cannot be loaded, neither its native library nor its WebAssembly. Run npm ci again.';
    throw new FreshcarError('missing-dependency', sentence, { cause });
  }
}
