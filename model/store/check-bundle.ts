import { generator } from '../architecture/dcgan.ts';
import { type Manifest, onnxName, tfjsWeightsName } from '../bundle/manifest.ts';
import { checkOnnx } from '../bundle/onnx-check.ts';
import { readTfjsWeights } from '../bundle/tfjs-format.ts';
import { directionsName, parseDirections } from '../directions/directions.ts';
import { indexName, parseIndex } from '../likeness/car-index.ts';
import { featureParts } from '../likeness/features.ts';
import type { BundleSource } from './store.ts';

/**
 * Looks inside a file of a bundle whose bytes are those of the manifest: the manifest may be a stranger's too.
 *
 * @throws FreshcarError `damaged-bundle` when an engine should not be given it.
 */
export function checkFile(manifest: Manifest, name: string, bytes: Uint8Array): void {
  if (name === onnxName) checkOnnx(bytes, manifest.architecture);
  if (name === directionsName) parseDirections(bytes, manifest.architecture.latentSize);
  if (name === indexName) parseIndex(bytes, featureParts);
  if (name === tfjsWeightsName) readTfjsWeights(generator(manifest.architecture), bytes);
}

/**
 * Reads a whole bundle and looks inside.
 *
 * @throws FreshcarError as `BundleSource.readFile` and `checkFile` do.
 */
export async function checkBundle(source: Pick<BundleSource, 'readFile'>, manifest: Manifest): Promise<void> {
  for (const name of Object.keys(manifest.files)) checkFile(manifest, name, await source.readFile(manifest, name));
}
