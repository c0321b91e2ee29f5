import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { z } from 'zod';
import { npyHeader } from '../../model/dataset/npy.ts';
import { configSchema, type TrainingConfig } from '../../model/training/config.ts';

/** Networks small enough to be trained many times in a test. */
const architecture = { latentSize: 8, baseChannels: 8, channels: 8, firstChannels: 8 };

/** The same as flags of the command line, with two steps an epoch of eight pictures. */
export const smallRunFlags = [
  ...['--latent-size', '8', '--base-channels', '8', '--channels', '8', '--first-channels', '8'],
  ...['--batch-size', '4', '--report-every', '1', '--checkpoint-every', '2'],
];

export function smallConfig(options: z.input<typeof configSchema> = {}): TrainingConfig {
  return configSchema.parse({ batchSize: 4, ...options, architecture });
}

/** Pictures that differ from each other, as a dataset holds them. */
export function smallPictures(count: number, size = 32): Uint8Array {
  return Uint8Array.from(
    { length: count * size * size * 3 },
    (_, at) => 127.5 * (1 + Math.sin(at * 0.011 + at / 3072)),
  );
}

/** Packs `smallPictures` into `folder`; returns the path of the `.npy`. */
export async function writeSmallDataset(folder: string, { count = 8, size = 32 } = {}): Promise<string> {
  const path = join(folder, `pictures-${count}-${size}.npy`);
  await writeFile(path, Buffer.concat([npyHeader(count, size), smallPictures(count, size)]));
  return path;
}
