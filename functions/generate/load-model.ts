import { loadEngine } from '../../model/engine/load.ts';
import type { BundleSource } from '../../model/store/store.ts';
import type { ServedModel } from './model-keeper.ts';

/**
 * Loads the version that the pointer names: pointer, manifest, verified files, engine.
 *
 * @throws FreshcarError as `BundleSource` and `loadEngine` do.
 */
export async function loadCurrentModel(source: BundleSource): Promise<ServedModel> {
  const reading = await source.readPointer();
  if (!reading) throw new Error('A source answered its first reading of the pointer with "unchanged".');
  const manifest = await source.readManifest(reading.pointer.version);
  return { manifest, engine: await loadEngine(source, manifest) };
}
