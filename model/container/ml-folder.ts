import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { FreshcarError } from '../errors.ts';
import { reasonOf, writeWhole } from '../files.ts';
import { parseJson } from '../json.ts';

/**
 * The folder that SageMaker and a training container talk through, `/opt/ml`.
 * https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-training-algo.html
 */
export interface MlFolder {
  /** Kept in S3 while the job runs, and restored before it starts again: all that a run needs to go on. */
  readonly checkpoints: string;
  /** Packed into `model.tar.gz` when the job is done. */
  readonly model: string;
  /** The hyperparameters, every value as text. Those that SageMaker adds for itself are left out. */
  hyperparameters(): Promise<Record<string, string>>;
  /** The only `.npy` file of a channel. */
  dataset(channel: string): Promise<string>;
  /** The only `.safetensors` file of a channel: the frozen network of a projected discriminator. */
  features(channel: string): Promise<string>;
  /** The folder that holds what a channel brought. */
  channelFolder(channel: string): string;
  /** Whether the job was given a channel of this name. */
  hasChannel(channel: string): Promise<boolean>;
  /** Tells SageMaker, and whoever reads the job's description there, why it failed. */
  writeFailure(sentence: string): Promise<void>;
}

/** SageMaker shows so many characters of a failure. */
const shownCharacters = 1024;
/** Names that SageMaker's own tools add to the hyperparameters. */
const foreign = /^(sagemaker_|_)/;

/** SageMaker's SDK for Python puts every value into JSON once more: 32 arrives as "32", and fresh as "\"fresh\"". */
const hyperparametersSchema = z.record(z.string(), z.string().transform(withoutQuotes));

/**
 * @param root `/opt/ml`, or a folder laid out alike.
 * @param jobName Its checkpoints lie below this name: for jobs that share one place in S3, as those of a tuning do.
 */
export function openMlFolder(root: string, jobName = ''): MlFolder {
  const hyperparametersFile = path.join(root, 'input/config/hyperparameters.json');
  const channelFolder = (channel: string) => path.join(root, 'input/data', channel);
  return {
    checkpoints: path.join(root, 'checkpoints', jobName),
    model: path.join(root, 'model'),
    async hyperparameters() {
      const text = await readFile(hyperparametersFile, 'utf8').catch((cause: NodeJS.ErrnoException) => {
        // A job without hyperparameters has no such file.
        if (cause.code === 'ENOENT') return '{}';
        throw new FreshcarError('unavailable', `${hyperparametersFile} cannot be read: ${reasonOf(cause)}.`, { cause });
      });
      const values = parseHyperparameters(text, hyperparametersFile);
      return Object.fromEntries(Object.entries(values).filter(([name]) => !foreign.test(name)));
    },
    dataset: (channel) => datasetIn(channelFolder(channel)),
    features: (channel) => onlyFile(channelFolder(channel), '.safetensors', 'outside-features'),
    channelFolder,
    hasChannel: async (channel) => existsSync(channelFolder(channel)),
    async writeFailure(sentence) {
      await writeWhole(path.join(root, 'output/failure'), sentence.slice(0, shownCharacters));
    },
  };
}

function withoutQuotes(value: string): string {
  if (!/^".*"$/s.test(value)) return value;
  try {
    return String(parseJson(value));
  } catch {
    return value;
  }
}

function parseHyperparameters(text: string, file: string): Record<string, string> {
  try {
    return hyperparametersSchema.parse(parseJson(text));
  } catch (cause) {
    throw new FreshcarError('invalid-input', `${file} is not an object whose values are all texts.`, { cause });
  }
}

/**
 * The only `.npy` file of a folder that SageMaker filled.
 *
 * @throws FreshcarError `not-found` when there is no such folder, `invalid-input` when it has not just one.
 */
export function datasetIn(folder: string): Promise<string> {
  return onlyFile(folder, '.npy', 'freshcar dataset prepare');
}

async function onlyFile(folder: string, ending: string, maker: string): Promise<string> {
  const channel = path.basename(folder);
  const names = await readdir(folder).catch((cause) => {
    throw new FreshcarError('not-found', `The job has no channel "${channel}": there is no ${folder}.`, { cause });
  });
  const [found, ...others] = names.filter((name) => name.endsWith(ending)).sort();
  if (found !== undefined && others.length === 0) return path.join(folder, found);
  const files = found === undefined ? `no ${ending} file` : `${others.length + 1} ${ending} files`;
  throw new FreshcarError(
    'invalid-input',
    `The channel "${channel}" has ${files}, but it is to have one, as ${maker} makes it.`,
  );
}
