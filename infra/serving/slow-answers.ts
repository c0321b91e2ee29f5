import type { Settings } from '../context.ts';

/** Seconds of the largest picture that may be asked for, a sheet of 256 cars of 64 pixels, on one whole processor: 256 times 5.4 ms, and its PNG. */
const largest = 1.8;
/** The memory with which one whole processor comes; drawing takes no more than one. */
const wholeProcessor = 1769;
/** What ONNX Runtime's WebAssembly build takes where the native one takes 1. */
const webAssembly = 4;

/**
 * Seconds after which an answer is too slow: twice what the largest picture takes with this memory and processor, so that no
 * picture that is allowed is, and at least five, for a cold start; but before a request is given up.
 */
export function slowSeconds({
  memory,
  architecture,
  timeout,
}: Pick<Settings, 'memory' | 'architecture' | 'timeout'>): number {
  const share = Math.min(1, memory / wholeProcessor);
  const drawing = (largest / share) * (architecture === 'arm64' ? webAssembly : 1);
  return Math.max(1, Math.min(Math.ceil(Math.max(5, 2 * drawing)), timeout - 1));
}
