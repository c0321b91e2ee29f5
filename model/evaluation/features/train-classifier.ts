import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { FreshcarError } from '../../errors.ts';
import { writeWhole } from '../../files.ts';
import { randomFromSeed, randomFromState } from '../../random.ts';
import { decodeTensorFile, encodeTensorFile } from '../../safetensors.ts';
import type { LabelledPictures } from './cifar.ts';
import { type Classifier, classifierStep, createClassifier } from './classifier-step.ts';

export interface ClassifierTraining {
  readonly pictures: LabelledPictures;
  /** Where the state is kept; a training goes on from what is there. */
  readonly checkpoint: string;
  readonly steps: number;
  readonly batchSize: number;
  readonly seed: number;
  readonly report: (step: number, loss: number) => void;
}

/** Adam's largest rate; it rises to it over the first twentieth of the steps and falls to nothing along a cosine. */
const highestRate = 3e-3;
const checkpointEvery = 250;
const reportEvery = 50;

export async function trainClassifier(options: ClassifierTraining): Promise<Classifier> {
  const { pictures, checkpoint, steps, batchSize, seed, report } = options;
  const state = (await readCheckpoint(checkpoint)) ?? createClassifier(randomFromSeed(seed));
  let sum = 0;
  for (let since = state.step; state.step < steps; ) {
    sum += classifierStep(state, pictures, batchSize, rateAt(state.step / steps));
    if (state.step % reportEvery === 0 || state.step === steps) {
      report(state.step, sum / (state.step - since));
      [sum, since] = [0, state.step];
    }
    if (state.step % checkpointEvery === 0 || state.step === steps) await writeWhole(checkpoint, encode(state));
    // Steps compute without a pause; this lets signals in.
    await new Promise(setImmediate);
  }
  return state;
}

function rateAt(part: number): number {
  const warmUp = 0.05;
  if (part < warmUp) return (highestRate * (part + 0.001)) / warmUp;
  return (highestRate * (1 + Math.cos((Math.PI * (part - warmUp)) / (1 - warmUp)))) / 2 + 1e-6;
}

const progressSchema = z.object({
  step: z.coerce.number().int(),
  updates: z.coerce.number().int(),
  random: z.string().transform((text) => z.tuple([z.int(), z.int(), z.int(), z.int()]).parse(JSON.parse(text))),
});

function encode({ step, weights, optimizer, random }: Classifier): Uint8Array {
  const parts = { weights, first: optimizer.first, second: optimizer.second };
  const arrays = Object.entries(parts).flatMap(([part, map]) =>
    [...map].map(([name, values]) => [`${part}:${name}`, values] as const),
  );
  const metadata = { step: `${step}`, updates: `${optimizer.updates}`, random: JSON.stringify(random.state()) };
  return encodeTensorFile({ arrays: new Map(arrays), metadata });
}

async function readCheckpoint(path: string): Promise<Classifier | undefined> {
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw new FreshcarError('unavailable', `Could not read ${path}.`, { cause: error });
  });
  if (bytes === undefined) return undefined;
  const { arrays, metadata } = decodeTensorFile(bytes, path);
  const { step, updates, random } = progressSchema.parse(metadata);
  const part = (prefix: string) =>
    new Map(
      [...arrays]
        .filter(([key]) => key.startsWith(`${prefix}:`))
        .map(([key, values]) => [key.slice(prefix.length + 1), values as Float32Array]),
    );
  const optimizer = { updates, first: part('first'), second: part('second') };
  return { step, weights: part('weights'), optimizer, random: randomFromState(random) };
}
