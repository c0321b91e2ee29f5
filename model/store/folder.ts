import { stat } from 'node:fs/promises';
import path from 'node:path';
import { manifestName } from '../bundle/manifest.ts';
import { parseManifest } from '../bundle/read.ts';
import { FreshcarError } from '../errors.ts';
import { sha256 } from '../files.ts';
import { readBytes, readManifestOf, readVerified } from './folder-files.ts';
import { folderStore } from './folder-store.ts';
import { modelsPrefix } from './pointer.ts';
import type { BundleSource, PointerReading } from './store.ts';

/**
 * Opens a folder as a source of bundles. Three kinds of folder will do:
 *
 * - a bundle itself, with `manifest.json` directly inside; its pointer is its own version;
 * - a training run's folder, which holds its bundle under `bundle/`;
 * - a store, with `models/current.json` and `models/<version>/`.
 *
 * @throws FreshcarError `not-found` when the folder is none of them.
 */
export async function openFolder(folder: string): Promise<BundleSource> {
  const location = path.resolve(folder);
  for (const bundle of [location, path.join(location, 'bundle')]) {
    if (await exists(path.join(bundle, manifestName))) return singleBundle(bundle);
  }
  if (await exists(path.join(location, modelsPrefix))) return folderStore(location);
  throw new FreshcarError(
    'not-found',
    `No model in ${location}: it holds no manifest.json, no bundle/ and no models/. Name the folder of a bundle, of a training run or of a store.`,
  );
}

/** One bundle alone. It is read anew at each reading of the pointer, so that a run's next export is noticed. */
function singleBundle(folder: string): BundleSource {
  return {
    location: folder,
    async readPointer(knownEtag): Promise<PointerReading | undefined> {
      const file = path.join(folder, manifestName);
      const bytes = await readBytes(file);
      const etag = sha256(bytes);
      if (etag === knownEtag) return undefined;
      return { pointer: { version: parseManifest(bytes, folder).version }, etag };
    },
    readManifest: async (version) => readManifestOf(folder, version),
    readFile: async (manifest, name) => readVerified(folder, manifest, name),
  };
}

async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}
