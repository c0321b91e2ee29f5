import * as tf from '@tensorflow/tfjs-core';
import { isMissing, loadNative, reasonNotLoaded } from './native.ts';

export interface TensorflowOptions {
  /** Is told, in one sentence, when only the slow backend is there. */
  readonly warn: (message: string) => void;
  /** `never` takes the slow backend without trying the native one, and without a warning. Default: `auto`. */
  readonly native?: 'auto' | 'never';
}

export interface Tensorflow {
  /** The one `@tensorflow/tfjs-core` of the process; importing it directly gives the same. */
  readonly tf: typeof import('@tensorflow/tfjs-core');
  /** Whether libtensorflow computes; otherwise plain JavaScript does the same work, slowly. */
  readonly native: boolean;
}

/**
 * Readies TensorFlow.js with the fastest backend of this machine: `tensorflow` where `@tensorflow/tfjs-node` loads, `cpu`
 * (plain JavaScript) elsewhere. Never fails for want of the native library. Safe to call again.
 */
export async function loadTensorflow({ warn, native = 'auto' }: TensorflowOptions): Promise<Tensorflow> {
  if (native === 'auto') {
    const failure = loadNative();
    if (failure === undefined) {
      await tf.setBackend('tensorflow');
      return { tf, native: true };
    }
    warn(slownessOf(failure.cause));
  }
  await import('@tensorflow/tfjs-backend-cpu');
  // Brings the gradients of all operations, which tfjs-core leaves out; tfjs-node has them by itself.
  await import('@tensorflow/tfjs-layers');
  await tf.setBackend('cpu');
  // The backend would print a banner that recommends the package which has just been tried.
  Reflect.set(tf.backend(), 'firstUse', false);
  return { tf, native: false };
}

function slownessOf(cause: unknown): string {
  const why = isMissing(cause)
    ? 'The native TensorFlow library is not installed'
    : `The native TensorFlow library is installed but does not load (${reasonNotLoaded(cause)})`;
  return (
    `${why}, so plain JavaScript computes: about 20 times slower in drawing cars and more in training; ` +
    '`npm run setup:tensorflow` mends this.'
  );
}
