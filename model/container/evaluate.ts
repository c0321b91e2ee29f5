import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { FreshcarError } from '../errors.ts';
import { reasonOf, writeWhole } from '../files.ts';
import type { Terminal } from '../terminal.ts';
import { measureModel } from './measure.ts';
import { datasetIn } from './ml-folder.ts';

/** SageMaker shows so many characters of a processing job's last message. */
const shownCharacters = 1024;

/**
 * One processing job after a training, as SageMaker runs it: unpacks `model.tar.gz`, measures the model's cars against
 * images that it was not trained on, and leaves the bundle, scores and all, for SageMaker to carry to S3.
 *
 * Its inputs are `model` (with `model.tar.gz`), `held-out` and `train` (a `.npy` each), below `processing/input`.
 *
 * @param root `/opt/ml`.
 * @param measure How it is measured; tests have another way.
 * @returns The exit code: 0 when it is done, else why is in `output/message`, in a sentence.
 */
export async function evaluateJob(root: string, terminal: Terminal, measure = measureModel): Promise<number> {
  const input = (name: string) => path.join(root, 'processing/input', name);
  const bundle = path.join(root, 'processing/output');
  try {
    await unpack(path.join(input('model'), 'model.tar.gz'), bundle);
    const [heldOut, train] = await Promise.all([datasetIn(input('held-out')), datasetIn(input('train'))]);
    await measure(bundle, { heldOut, train }, terminal);
    return 0;
  } catch (error) {
    const sentence = error instanceof Error ? error.message : String(error);
    terminal.err.write(`error: ${sentence}\n`);
    await writeWhole(path.join(root, 'output/message'), sentence.slice(0, shownCharacters));
    return 1;
  }
}

async function unpack(archive: string, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  try {
    await promisify(execFile)('tar', ['-xzf', archive, '-C', folder]);
  } catch (cause) {
    throw new FreshcarError('damaged-bundle', `${archive} cannot be unpacked: ${reasonOf(cause)}.`, { cause });
  }
}
