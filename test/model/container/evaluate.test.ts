import { execFile } from 'node:child_process';
import { copyFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { evaluateJob } from '../../../model/container/evaluate.ts';
import { writeRealBundle } from '../../functions/generate/real-bundle.ts';
import { silentTerminal } from '../../support/command-line.ts';
import { mlRoot } from './ml-root.ts';

/** A folder as SageMaker lays out `/opt/ml` for a processing job: a model as it packed it, and two sets of pictures. */
async function processingRoot() {
  const root = await mlRoot();
  const input = path.join(root, 'processing/input');
  for (const name of ['model', 'held-out', 'train']) await mkdir(path.join(input, name), { recursive: true });
  for (const name of ['held-out', 'train'])
    await copyFile(path.join(root, 'input/data/train/cars.npy'), path.join(input, name, `${name}.npy`));
  const bundle = await writeRealBundle(path.join(root, 'run'), 'noise');
  await promisify(execFile)('tar', ['-czf', path.join(input, 'model/model.tar.gz'), '-C', bundle, '.']);
  return { root, input, bundle, output: path.join(root, 'processing/output') };
}

const messageOf = (root: string) => readFile(path.join(root, 'output/message'), 'utf8');

describe('an evaluation job', () => {
  it('unpacks the model, has it measured where it lies, and leaves it there', async () => {
    const { root, input, bundle, output } = await processingRoot();
    const asked: unknown[] = [];
    const code = await evaluateJob(root, silentTerminal, async (bundle, data) => void asked.push(bundle, data));
    expect(code).toBe(0);
    const [heldOut, train] = [path.join(input, 'held-out/held-out.npy'), path.join(input, 'train/train.npy')];
    expect(asked).toEqual([output, { heldOut, train }]);
    expect((await readdir(output)).sort()).toEqual((await readdir(bundle)).sort());
  });

  it('fails in a sentence when there is nothing to unpack, no pictures, or no result', async () => {
    const messages: string[] = [];
    const fail = async (change: (input: string) => Promise<unknown>) => {
      const { root, input } = await processingRoot();
      await change(input);
      let said = '';
      const terminal = { ...silentTerminal, err: { write: (text: string) => (said += text) } };
      expect(await evaluateJob(root, terminal)).toBe(1);
      messages.push(await messageOf(root));
      expect(said).toBe(`error: ${messages.at(-1)}\n`);
    };
    await fail((input) => writeFile(path.join(input, 'model/model.tar.gz'), 'no archive'));
    await fail((input) => rm(path.join(input, 'held-out/held-out.npy')));
    // Too few images, or the very ones that it was trained on: whatever stops the measuring is said.
    await fail(async () => undefined);
    expect(messages).toEqual([
      expect.stringContaining('model.tar.gz cannot be unpacked'),
      expect.stringContaining('The channel "held-out" has no .npy file'),
      expect.stringMatching(/pictures|images/),
    ]);
  });
});
