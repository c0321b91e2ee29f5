import type { Manifest } from './bundle/manifest.ts';
import { type Directions, readDirections } from './directions/directions.ts';
import type { Engine } from './engine/engine.ts';
import { loadEngine } from './engine/load.ts';
import { FreshcarError } from './errors.ts';
import { openFolder } from './store/folder.ts';
import { shippedModel } from './store/shipped.ts';
import type { BundleSource } from './store/store.ts';

export interface OpenedModel {
  /** The folder of the bundle or of the store. */
  readonly location: string;
  readonly manifest: Manifest;
  /** Where the other files of its bundle are. */
  readonly source: Pick<BundleSource, 'readFile'>;
  readonly engine: Engine;
  /** How to change one thing about its cars, where the bundle says that. */
  readonly directions?: Directions | undefined;
}

/** Opens the model that a folder points at: a bundle, a run folder or a store; without one, the shipped model. */
export async function openModel(
  folder: string | undefined,
  engine: Engine['name'],
  warn: (message: string) => void,
): Promise<OpenedModel> {
  const source = await openFolder(folder ?? shippedModel());
  const reading = await source.readPointer();
  if (reading === undefined) throw new FreshcarError('not-found', `${source.location} names no current model.`);
  const manifest = await source.readManifest(reading.pointer.version);
  const directions = await readDirections(source, manifest);
  return {
    location: source.location,
    manifest,
    source,
    directions,
    engine: await loadEngine(source, manifest, { engine, warn }),
  };
}
