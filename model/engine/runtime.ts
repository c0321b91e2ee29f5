/**
 * ONNX Runtime as a native library. A build for a processor on which that library can't be relied upon puts
 * `runtime-wasm.ts` in this module's place.
 */
export { InferenceSession, Tensor } from 'onnxruntime-node';
