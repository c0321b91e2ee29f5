import { readDirections } from '../../../model/directions/directions.ts';
import { type LoadEngineOptions, loadEngine } from '../../../model/engine/load.ts';
import { FreshcarError } from '../../../model/errors.ts';
import type { BundleSource } from '../../../model/store/store.ts';
import type { ServedModel } from './served-model.ts';

/**
 * Loads a version from its store: manifest, verified files, engine.
 *
 * @throws FreshcarError `not-found` when there is no such version, `damaged-bundle` when there is only a part of it,
 * and as `BundleSource` and `loadEngine` do.
 */
export async function loadModel(
  source: BundleSource,
  version: string,
  options: LoadEngineOptions = {},
): Promise<ServedModel> {
  const manifest = await source.readManifest(version);
  try {
    const readFile = (name: string) => source.readFile(manifest, name);
    const [engine, directions] = await Promise.all([
      loadEngine(source, manifest, options),
      readDirections(source, manifest),
    ]);
    return { manifest, readFile, engine, directions };
  } catch (error) {
    if (!(error instanceof FreshcarError) || error.code !== 'not-found') throw error;
    throw new FreshcarError('damaged-bundle', `The model ${version} is incomplete. ${error.message}`, { cause: error });
  }
}
