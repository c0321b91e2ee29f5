import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import { smallPictures } from '../../support/training.ts';

/** Networks so small, and so few pictures, that a run of many steps takes a second. */
export const smallRun = {
  'batch-size': '4',
  'latent-size': '8',
  'base-channels': '8',
  channels: '8',
  'first-channels': '8',
  epochs: '4',
  'checkpoint-every': '2',
  'report-every': '1',
};

/** A folder as SageMaker lays out `/opt/ml` for a job, with ten pictures in the channel `train`. */
export async function mlRoot(hyperparameters: unknown = smallRun): Promise<string> {
  const root = await mkdtemp(path.join(tmpdir(), 'freshcar-ml-'));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  for (const folder of ['input/config', 'input/data/train', 'model', 'output', 'checkpoints'])
    await mkdir(path.join(root, folder), { recursive: true });
  await writeFile(path.join(root, 'input/config/hyperparameters.json'), JSON.stringify(hyperparameters));
  await writeFile(path.join(root, 'input/data/train/cars.npy'), npy(smallPictures(10), [10, 32, 32, 3]));
  return root;
}

/** An array as NumPy writes it, version 1.0. */
export function npy(bytes: Uint8Array, shape: readonly number[]): Buffer {
  const header = `{'descr': '|u1', 'fortran_order': False, 'shape': (${shape.join(', ')}), }`;
  const padded = `${header.padEnd(128 - 11)}\n`;
  const length = Buffer.alloc(2);
  length.writeUInt16LE(padded.length);
  return Buffer.concat([Buffer.from('\x93NUMPY\x01\x00', 'latin1'), length, Buffer.from(padded), bytes]);
}
