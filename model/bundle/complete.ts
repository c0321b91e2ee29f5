import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { generator } from '../architecture/dcgan.ts';
import { FreshcarError } from '../errors.ts';
import { sha256, writeWhole } from '../files.ts';
import { manifestName, onnxName, tfjsWeightsName } from './manifest.ts';
import { exportOnnx } from './onnx-export.ts';
import { entryOf, parseManifest, verifyFile } from './read.ts';
import { readTfjsWeights } from './tfjs-format.ts';

/**
 * Writes the graph of a bundle that was kept without it, as the shipped ones are in git: it is as large as the weights, and
 * they say all that is in it. What is written is the very file that the manifest lists, to the bit; a graph that is there
 * already stays as it is, since a version's files never change.
 *
 * @returns Whether there was one to write.
 * @throws FreshcarError `damaged-bundle` when the weights are not what the manifest says, or when the program writes another graph
 * of them by now, `unavailable` when the graph cannot be written.
 */
export async function completeBundle(folder: string): Promise<boolean> {
  if (await stat(join(folder, onnxName)).catch(() => undefined)) return false;
  const manifest = parseManifest(await readFile(join(folder, manifestName)), folder);
  const weightsFile = join(folder, tfjsWeightsName);
  const bytes = verifyFile(await readFile(weightsFile), entryOf(manifest, tfjsWeightsName), weightsFile);
  const network = generator(manifest.architecture);
  const graph = exportOnnx(network, readTfjsWeights(network, bytes));
  if (sha256(graph) !== entryOf(manifest, onnxName).sha256)
    throw new FreshcarError(
      'damaged-bundle',
      `The program writes another ${onnxName} than ${manifest.version} was made with: export the model anew, under another version.`,
    );
  await writeWhole(join(folder, onnxName), graph);
  return true;
}
