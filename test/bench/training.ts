import { execFile } from 'node:child_process';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import * as tf from '@tensorflow/tfjs-core';
import { randomFromSeed } from '../../model/random.ts';
import { loadTensorflow } from '../../model/tensorflow/backend.ts';
import type { TrainingConfig } from '../../model/training/config.ts';
import { resolveConfig } from '../../model/training/settings.ts';
import { createGan } from '../../model/training/step/gan.ts';
import { trainStep } from '../../model/training/step/train-step.ts';
import { type Benchmark, type Contender, compare, median } from './samples.ts';

const run = promisify(execFile);

export interface TrainingBenchOptions {
  /** Settings over each preset, as on the command line. */
  readonly values?: Readonly<Record<string, string>>;
  /** Steps of which a sample is the median, as in the peers; three more come before them. */
  readonly steps?: number;
  readonly rounds?: number;
  /** Where the peers' programs are. */
  readonly peerFolder?: string;
}

/**
 * Images a second in training at batch 64, on random pictures: the seed's recipe beside the same in Keras and PyTorch, then
 * preset fresh alone, and the machine's own speed at a matrix product, as a measure of what there is to gain.
 */
export function createTrainingBenchmark({
  values = {},
  steps = 12,
  rounds = 4,
  peerFolder = resolve('../shared/peers'),
}: TrainingBenchOptions = {}): Benchmark {
  return async function* ({ peers }) {
    await loadTensorflow({ warn: (message) => process.stderr.write(`warning: ${message}\n`) });
    const own = (preset: 'seed' | 'fresh') =>
      trainer(resolveConfig({ preset, values: { 'batch-size': '64', ...values } }), steps);
    const others = peers === undefined ? [] : ['keras', 'torch'].map((name) => peer(peers, peerFolder, name, steps));
    yield await compare("seed's recipe", 'images/s', [own('seed'), ...others], rounds);
    yield await compare('preset fresh', 'images/s', [own('fresh')], rounds);
    yield await compare('matrix product', 'GFLOP/s', [matrixProduct], rounds);
  };
}

export const trainingBenchmark = createTrainingBenchmark();

function trainer(config: TrainingConfig, steps: number): Contender {
  const { imageSize } = config.architecture;
  const random = randomFromSeed(1);
  const length = config.batchSize * imageSize * imageSize * 3;
  const real = Float32Array.from({ length }, () => 2 * random.uniform() - 1);
  const gan = createGan(config);
  return {
    name: 'freshcar',
    run: async () => {
      for (let step = 0; step < 3; step++) trainStep(config, gan, real);
      const seconds = Array.from({ length: steps }, () => secondsOf(() => trainStep(config, gan, real)));
      return config.batchSize / median(seconds);
    },
  };
}

/** A program that trains the seed's networks and prints its images a second as JSON. */
function peer(python: string, folder: string, name: string, steps: number): Contender {
  return {
    name,
    run: async () => {
      const { stdout } = await run(python, [join(folder, `dcgan_${name}.py`), '--batch', '64', '--steps', `${steps}`]);
      return Number(JSON.parse(stdout.trim().split('\n').at(-1) ?? '').images_per_s);
    },
  };
}

/** The fastest of ten: a peak is what is reached when nothing disturbs, and the sum of a corner shows that it was computed. */
const matrixProduct: Contender = {
  name: 'TensorFlow.js',
  run: async () => {
    const side = tf.getBackend() === 'tensorflow' ? 2048 : 128;
    const matrix = tf.ones<tf.Rank.R2>([side, side]);
    const multiply = () => {
      const product = tf.tidy(() => tf.slice(tf.matMul(matrix, matrix), [0, 0], [1, 1]));
      const [corner] = product.dataSync();
      product.dispose();
      if (corner !== side) throw new Error(`the product is ${corner}, not ${side}`);
    };
    const seconds = Array.from({ length: 10 }, () => secondsOf(multiply));
    matrix.dispose();
    return (2 * side ** 3) / Math.min(...seconds) / 1e9;
  },
};

function secondsOf(work: () => unknown): number {
  const start = performance.now();
  work();
  return (performance.now() - start) / 1000;
}
