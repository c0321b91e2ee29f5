import { rm } from 'node:fs/promises';
import * as tf from '@tensorflow/tfjs-core';
import { FreshcarError } from '../../errors.ts';
import { loadNative, reasonNotLoaded } from '../native.ts';
import { addonPath } from './addon.ts';
import { type Outcome, run, tellingLine } from './run.ts';
import type { Setting } from './setting.ts';

/**
 * Loads the native library into this process and has it multiply two matrices.
 *
 * @throws FreshcarError `missing-dependency` with the reason when it does not load or computes something else.
 */
export async function proveHere(): Promise<void> {
  const failure = loadNative();
  if (failure !== undefined) {
    const message = `TensorFlow's native library does not load: ${reasonNotLoaded(failure.cause)}.`;
    throw new FreshcarError('missing-dependency', message, failure);
  }
  await tf.setBackend('tensorflow');
  const [product] = tf.matMul(tf.tensor2d([[2, 3]]), tf.tensor2d([[5], [7]])).dataSync();
  if (product !== 31)
    throw new FreshcarError('missing-dependency', `TensorFlow's native library computed ${product} instead of 31.`);
}

/** Runs `command` (this program's own `--check`) in a process of its own, which a library that crashes may take down. */
export function proveApart(command: readonly string[], env: NodeJS.ProcessEnv): Promise<Outcome> {
  return run(process.execPath, command, { env });
}

/**
 * Turns a proof that failed into its error. An addon that crashes the process that loads it is removed, so that training
 * still works without it.
 */
export async function refuse({ code, signal, errors }: Outcome, packageFolder: string, report: Setting['report']) {
  if (signal === null)
    return new FreshcarError(
      'missing-dependency',
      `${tellingLine(errors, /^TensorFlow's|Error/)} (exit code ${code}).`,
    );
  report('Removing the addon, which would crash whatever loads it.');
  await rm(addonPath(packageFolder), { force: true });
  const why =
    signal === 'SIGILL'
      ? 'this processor lacks instructions (AVX) that the library needs'
      : `it ended its process with ${signal}`;
  return new FreshcarError('missing-dependency', `The library does not run here: ${why}.`);
}
