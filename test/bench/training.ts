import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { randomFromSeed } from '../../model/random.ts';
import { loadTensorflow } from '../../model/tensorflow/backend.ts';
import { type Precision, precisions } from '../../model/tensorflow/precision.ts';
import type { TrainingConfig } from '../../model/training/config.ts';
import { resolveConfig } from '../../model/training/settings.ts';
import { createGan } from '../../model/training/step/gan.ts';
import { trainStep } from '../../model/training/step/train-step.ts';
import { type Peers, runPeer } from './peers.ts';
import { type Benchmark, type Contender, compare, median, type Result, resultOf, sampleInTurn } from './samples.ts';

export interface TrainingBenchOptions {
  /** Settings over each preset, as on the command line. */
  readonly values?: Readonly<Record<string, string>>;
  /** Steps of which a sample is the median, as in the peers; three more come before them. */
  readonly steps?: number;
  readonly rounds?: number;
}

/**
 * Images a second in training at batch 64, on random images, in float32 and in bfloat16: the seed's recipe beside the same in
 * Keras and PyTorch, then preset fresh alone, and the machine's own speed at a matrix product, as a measure of what there is to
 * gain. All that stands beside each other ran in turn.
 */
export function createTrainingBenchmark({ values = {}, steps = 12, rounds = 4 }: TrainingBenchOptions = {}): Benchmark {
  return async function* ({ peers }) {
    const { native } = await loadTensorflow({ warn: (message) => process.stderr.write(`warning: ${message}\n`) });
    // Plain JavaScript knows no bfloat16.
    const own = (preset: 'seed' | 'fresh') =>
      precisions
        .filter((precision) => native || precision === 'float32')
        .map((precision) => {
          const config = resolveConfig({ preset, values: { 'batch-size': '64', ...values, precision } });
          return { precision, contender: trainer(config, steps) };
        });
    const others = peers === undefined ? [] : peerTrainers(peers, steps);
    yield* besideEachOther("seed's recipe", own('seed'), others, rounds);
    yield* besideEachOther('preset fresh', own('fresh'), [], rounds);
    yield await compare('matrix product', 'GFLOP/s', [matrixProduct], rounds);
  };
}

export const trainingBenchmark = createTrainingBenchmark();

interface OwnTrainer {
  readonly precision: Precision;
  readonly contender: Contender;
}

/** A result for each precision of ours, beside the other one and all peers. */
async function* besideEachOther(
  name: string,
  own: readonly OwnTrainer[],
  others: readonly Contender[],
  rounds: number,
): AsyncGenerator<Result> {
  const samples = await sampleInTurn([...own.map(({ contender }) => contender), ...others], rounds);
  for (const { precision, contender } of own) yield resultOf(`${name} in ${precision}`, 'images/s', contender, samples);
}

function trainer(config: TrainingConfig, steps: number): Contender {
  const { imageSize } = config.architecture;
  const random = randomFromSeed(1);
  const length = config.batchSize * imageSize * imageSize * 3;
  const real = Float32Array.from({ length }, () => 2 * random.uniform() - 1);
  const gan = createGan(config);
  return {
    name: `freshcar in ${config.precision}`,
    run: async () => {
      for (let step = 0; step < 3; step++) trainStep(config, gan, real);
      const seconds = Array.from({ length: steps }, () => secondsOf(() => trainStep(config, gan, real)));
      return config.batchSize / median(seconds);
    },
  };
}

/** Programs that train the seed's networks and print their images a second as JSON. */
function peerTrainers(peers: Peers, steps: number): Contender[] {
  const programs = [
    ['Keras', 'train_keras.py'],
    ['PyTorch', 'train_torch.py'],
  ] as const;
  return programs.flatMap(([name, program]) =>
    precisions.map((precision) => ({
      name: `${name} in ${precision}`,
      run: async () => {
        const flags = precision === 'bfloat16' ? ['--bfloat16'] : [];
        const out = await runPeer(peers, program, ['--batch', '64', '--steps', `${steps}`, ...flags]);
        return z.object({ images_per_second: z.number() }).parse(JSON.parse(out)).images_per_second;
      },
    })),
  );
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
