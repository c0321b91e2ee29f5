import type { Manifest } from '../bundle/manifest.ts';
import { FreshcarError } from '../errors.ts';
import type { BundleSource } from '../store/store.ts';
import { type CarIndex, indexName, parseIndex } from './car-index.ts';
import { featureParts } from './features.ts';

/** The index of a bundle. @throws FreshcarError `not-found` when it has none, `damaged-bundle` when it cannot be used. */
export async function readIndex(source: Pick<BundleSource, 'readFile'>, manifest: Manifest): Promise<CarIndex> {
  if (indexName in manifest.files) return parseIndex(await source.readFile(manifest, indexName), featureParts);
  throw new FreshcarError(
    'not-found',
    `The model ${manifest.version} has no index to find cars by; freshcar index makes one.`,
  );
}
