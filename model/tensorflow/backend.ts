import { createRequire } from 'node:module';
import util from 'node:util';
import * as tf from '@tensorflow/tfjs-core';
import { reasonOf } from '../files.ts';

export interface TensorflowOptions {
  /** Is told, in one sentence, when only the slow backend is there. */
  readonly warn: (message: string) => void;
  /** `never` takes the slow backend without trying the native one, and without a warning. Default: `auto`. */
  readonly native?: 'auto' | 'never';
}

export interface Tensorflow {
  /** The one `@tensorflow/tfjs-core` of the process; importing it directly gives the same. */
  readonly tf: typeof import('@tensorflow/tfjs-core');
  /** Whether libtensorflow computes; otherwise plain JavaScript does, with the same results. */
  readonly native: boolean;
}

/** CommonJS, as all of TensorFlow.js: so its packages and our imports share one engine. */
const require = createRequire(import.meta.url);

/**
 * Readies TensorFlow.js with the fastest backend of this machine: `tensorflow` where `@tensorflow/tfjs-node` loads, `cpu`
 * (plain JavaScript) elsewhere. Never fails for want of the native library. Safe to call again.
 */
export async function loadTensorflow({ warn, native = 'auto' }: TensorflowOptions): Promise<Tensorflow> {
  if (native === 'auto') {
    const failure = requireNative();
    if (failure === undefined) {
      await tf.setBackend('tensorflow');
      return { tf, native: true };
    }
    warn(slownessOf(failure));
  }
  await import('@tensorflow/tfjs-backend-cpu');
  await tf.setBackend('cpu');
  // The backend would print a banner that recommends the package which has just been tried.
  Reflect.set(tf.backend(), 'firstUse', false);
  return { tf, native: false };
}

/** Loads the native backend, or returns why it does not load. */
function requireNative(): { readonly cause: unknown } | undefined {
  // The library's own notes on the processor and on oneDNN; warnings and errors are still printed.
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '1';
  mendUtil();
  try {
    require('@tensorflow/tfjs-node');
    return undefined;
  } catch (cause) {
    return { cause };
  }
}

/**
 * tfjs-node 4.22 calls two functions of `node:util` that Node 22 warns of and Node 23 dropped in part; each has an exact
 * successor.
 */
function mendUtil(): void {
  Object.assign(util, {
    isNullOrUndefined: (value: unknown) => value === null || value === undefined,
    isArray: Array.isArray,
  });
}

function slownessOf({ cause }: { readonly cause: unknown }): string {
  const why = isMissing(cause)
    ? 'The native TensorFlow library is not installed'
    : `The native TensorFlow library is installed but does not load (${firstLine(reasonOf(cause))})`;
  return (
    `${why}, so plain JavaScript computes: about 20 times slower in drawing cars and more in training; ` +
    '`npm run setup:tensorflow` mends this.'
  );
}

/** Whether the package, one of its own packages, its addon or the library below is absent, as npm leaves it behind. */
function isMissing(cause: unknown): boolean {
  if (!(cause instanceof Error)) return false;
  const code = 'code' in cause ? cause.code : undefined;
  return (
    code === 'MODULE_NOT_FOUND' ||
    (code === 'ERR_DLOPEN_FAILED' && cause.message.includes('cannot open shared object file')) ||
    cause.message.includes('tfjs_binding.node) can not be found')
  );
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0]?.trim().replace(/\.$/, '') ?? text;
}
