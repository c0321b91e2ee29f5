import type { InferenceSession, Tensor } from 'onnxruntime-node';
import type { LatentSpread } from '../latent.ts';

/** Latent vectors to pixels. Every engine draws the same car from the same latent vector, within 1 of 255. */
export interface Engine {
  /** `onnx` is ONNX Runtime, `tfjs` is TensorFlow.js. */
  readonly name: 'onnx' | 'tfjs';
  readonly latentSize: number;
  /** Width and height of a car in pixels. */
  readonly imageSize: number;
  /** How the model's cars spread, so that a truncation means the same for every model; undefined where nobody measured it. */
  readonly latentSpread?: LatentSpread | undefined;
  /**
   * @param latents `count * latentSize` numbers, one car after the other.
   * @returns `count * imageSize * imageSize * 3` bytes: cars, rows, columns, RGB.
   */
  draw(latents: Float32Array): Promise<Uint8Array>;
  dispose(): Promise<void>;
}

/** The part of ONNX Runtime that draws. */
export interface Runtime {
  readonly InferenceSession: {
    create(graph: Uint8Array, options: InferenceSession.SessionOptions): Promise<InferenceSession>;
  };
  readonly Tensor: new (type: 'float32', data: Float32Array, dimensions: readonly number[]) => Tensor;
  /** Whether a run writes into the tensors that it is given for its outputs. */
  readonly fillsOutputs: boolean;
}
