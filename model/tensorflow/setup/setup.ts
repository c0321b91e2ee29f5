import { FreshcarError } from '../../errors.ts';
import { reasonOf } from '../../files.ts';
import { buildAddon } from './addon.ts';
import { stageLibrary } from './library.ts';
import { type Machine, requireSupport } from './machine.ts';
import { restorePackage } from './npm-package.ts';
import { proveApart, refuse } from './proof.ts';
import type { Setting } from './setting.ts';
import { obtainWheel, type Wheel } from './wheel.ts';

export interface SetupOptions extends Setting {
  readonly machine: Machine;
  readonly wheel: Wheel;
  /** Arguments for Node that run the proof: exit code 0 when the native library works. */
  readonly proof: readonly string[];
}

/**
 * Makes `@tensorflow/tfjs-node` work: restores the npm package, takes TensorFlow's library out of a Python wheel, compiles
 * the addon between the two, and proves it. What works already is left alone; what an interrupted run left is finished.
 *
 * @throws FreshcarError `missing-dependency`, in one sentence what is missing and what to do.
 */
export async function setupTensorflow(options: SetupOptions): Promise<void> {
  try {
    await setup(options);
  } catch (error) {
    if (error instanceof FreshcarError || !(error instanceof Error && 'path' in error)) throw error;
    const message = `Could not write ${error.path} (${reasonOf(error)}): mend that, then run this again.`;
    throw new FreshcarError('missing-dependency', message, { cause: error });
  }
}

async function setup(options: SetupOptions): Promise<void> {
  const { machine, wheel, proof, env, report } = options;
  if ((await proveApart(proof, env)).code === 0) {
    report("TensorFlow's native library works already; nothing to do.");
    return;
  }
  requireSupport(machine);
  const packageFolder = await restorePackage(options);
  await stageLibrary(options, { path: await obtainWheel(options, wheel), sha256: wheel.sha256 }, packageFolder);
  await buildAddon(options, packageFolder);
  const outcome = await proveApart(proof, env);
  if (outcome.code !== 0) throw await refuse(outcome, packageFolder, report);
  report("Done: TensorFlow's native library works.");
}
