import type { z } from 'zod';
import { configSchema, type TrainingConfig } from '../../model/training/config.ts';

/** A configuration whose networks are small enough to be trained many times in a test. */
export function smallConfig(options: z.input<typeof configSchema> = {}): TrainingConfig {
  const architecture = { latentSize: 8, baseChannels: 8, channels: 8, firstChannels: 8 };
  return configSchema.parse({ batchSize: 4, ...options, architecture });
}

/** Pictures that differ from each other, as a dataset holds them. */
export function smallPictures(count: number): Uint8Array {
  return Uint8Array.from({ length: count * 32 * 32 * 3 }, (_, at) => 127.5 * (1 + Math.sin(at * 0.011 + at / 3072)));
}
