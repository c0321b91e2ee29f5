import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { randomFromSeed } from '../../../model/random.ts';
import { builtFreshcar } from '../../support/built-program.ts';
import { freshcar } from '../../support/command-line.ts';
import { native } from '../../support/tensorflow.ts';
import { smallRunFlags, writeSmallDataset } from '../../support/training.ts';
import { temporaryFolder } from '../store/bundle-fixture.ts';

// Plain JavaScript would take minutes for these.
describe.skipIf(!native)('trained by the native TensorFlow library (skipped: needs it)', () => {
  const start = builtFreshcar();

  /** 20 is what the project promises; fewer keep the tests quick. */
  const kills = Number(process.env.FRESHCAR_TEST_KILLS ?? 5);
  const steps = 12 * kills;

  const flagsOf = (data: string, run: string) => [
    ...['train', '--data', data, '--out', run, ...smallRunFlags],
    ...['--checkpoint-every', '1', '--sheet-every', '10', '--epochs', String(steps / 2)],
  ];
  const checkpointOf = (run: string, step: number) =>
    readFile(join(run, 'checkpoints', `step-${String(step).padStart(8, '0')}.safetensors`));

  describe('training that is killed', () => {
    it('at any moments ends, resumed, in the bytes of a run that never was', { timeout: 30_000 * kills }, async () => {
      const folder = await temporaryFolder();
      const data = await writeSmallDataset(folder);
      const [whole, killed] = [join(folder, 'whole'), join(folder, 'killed')];
      expect((await freshcar(flagsOf(data, whole))).code).toBe(0);

      const random = randomFromSeed(20);
      for (let kill = 0; kill < kills; kill++) {
        // One that was killed before it had written its configuration has not begun.
        const run = start([...flagsOf(data, killed), ...(existsSync(join(killed, 'config.json')) ? ['--resume'] : [])]);
        // The moment: after up to ten steps, and then anywhere in what a step takes with its checkpoint and its report.
        const reported = random.integer(11);
        await (reported === 0 ? run.printed('Training on') : run.printed('\nstep=', reported));
        await setTimeout(random.integer(40));
        run.child.kill('SIGKILL');
        expect((await run.ended()).signal, run.output.text).toBe('SIGKILL');
      }
      const last = start([...flagsOf(data, killed), '--resume']);
      expect(await last.ended(), last.output.text).toEqual({ code: 0, signal: null });
      // Otherwise it was always killed before it had done anything.
      expect(Number(/going on after step (\d+)/.exec(last.output.text)?.[1])).toBeGreaterThan(2 * kills);

      expect(await checkpointOf(killed, steps)).toEqual(await checkpointOf(whole, steps));
      const sheets = await readdir(join(whole, 'sheets'));
      expect(await readdir(join(killed, 'sheets'))).toEqual(sheets);
      const lines = (await readFile(join(killed, 'metrics.jsonl'), 'utf8')).trim().split('\n');
      expect(lines.map((line) => JSON.parse(line).step)).toEqual(Array.from({ length: steps }, (_, at) => at + 1));
      const left = await readdir(killed, { recursive: true });
      expect(left.filter((name) => name.endsWith('.tmp'))).toEqual([]);
    });
  });

  describe('training that cannot write', () => {
    it.skipIf(process.platform === 'win32')('ends with one sentence, and goes on later', async () => {
      const folder = await temporaryFolder();
      const data = await writeSmallDataset(folder);
      const run = join(folder, 'run');
      const flags = ['train', '--data', data, '--out', run, ...smallRunFlags, '--sheet-every', '1000'];
      await freshcar([...flags, '--epochs', '1']);
      const good = await checkpointOf(run, 2);

      // A limit to the size of files, which a checkpoint is over, is for a program what a full disk is.
      const limited = start([...flags, '--epochs', '3', '--resume'], { fileBlocks: 100 });
      expect((await limited.ended()).code).toBe(1);
      const errors = limited.output.text.split('\n').filter((line) => line.startsWith('error:'));
      expect(errors).toEqual([expect.stringMatching(/^error: Could not write .+step-00000004\.safetensors: .+\.$/)]);
      expect(limited.output.text).not.toMatch(/^\s+at /m);

      expect(await checkpointOf(run, 2)).toEqual(good);
      expect((await freshcar([...flags, '--epochs', '3', '--resume'])).out).toContain('Done after 6 steps');
    });
  });
});
