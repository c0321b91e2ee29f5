import { env, InferenceSession, Tensor } from 'onnxruntime-web';
import type { Runtime } from './engine.ts';

/**
 * ONNX Runtime compiled to WebAssembly: the same graph to the same cars on any processor, a few times slower. Its package
 * needs three of its files only: `dist/ort.node.min.mjs` and `dist/ort-wasm-simd-threaded`, both `.mjs` and `.wasm`.
 */

// One copy of a function has about one core, and each thread would be a worker with its own start-up.
env.wasm.numThreads = 1;

export async function loadRuntime(): Promise<Runtime> {
  return { InferenceSession, Tensor, fillsOutputs: false };
}
