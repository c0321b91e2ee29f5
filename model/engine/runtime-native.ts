import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { Runtime } from './engine.ts';

/** ONNX Runtime as a native library. Importing this fails on a system that it has none for. */
export async function loadRuntime(): Promise<Runtime> {
  return { InferenceSession, Tensor, fillsOutputs: true };
}
