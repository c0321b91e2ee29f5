import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeEach, describe, expect, it } from 'vitest';
import { lockRun } from '../../../model/training/run/lock.ts';
import { builtFreshcar } from '../../support/built-program.ts';
import { type CommandOptions, freshcar } from '../../support/command-line.ts';
import { blots, writeNpy } from '../../support/packed-pictures.ts';
import { native } from '../../support/tensorflow.ts';
import { smallPictures, smallRunFlags, writeSmallDataset } from '../../support/training.ts';
import { temporaryFolder } from '../store/bundle-fixture.ts';

// Plain JavaScript would take minutes for these.
describe.skipIf(!native)('trained by the native TensorFlow library (skipped: needs it)', () => {
  let folder: string;
  let data: string;
  beforeEach(async () => {
    folder = await temporaryFolder();
    data = await writeSmallDataset(folder);
  });

  const flagsOf = (run: string, flags: readonly string[]) => [
    ...['train', '--data', data, '--out', join(folder, run)],
    ...flags,
  ];
  const train = (run: string, flags: readonly string[], options?: CommandOptions) =>
    freshcar(flagsOf(run, flags), options);
  /** 8 pictures in batches of 4: two steps an epoch. */
  const fourSteps = [...smallRunFlags, '--epochs', '2'];

  const checkpoints = (run: string) => readdir(join(folder, run, 'checkpoints'));
  const lastCheckpoint = (run: string) => readFile(join(folder, run, 'checkpoints', 'step-00000004.safetensors'));

  describe('freshcar train', () => {
    it('leaves a run folder with all that the help promises, and a bundle that draws', async () => {
      const { code, out, err } = await train('run', fourSteps);
      expect(code).toBe(0);
      expect(out).toMatch(/^Done after 4 steps\. The model is in .+bundle; see its cars: npm start -- --model .+\n$/);
      expect(err).toContain('Training on 8 pictures of 32x32 for 4 steps in ');
      expect(err).toMatch(/^step=4\/4 epoch=2\.0 d_real=\d+\.\d{4} d_fake=\d+\.\d{4} g=\d+\.\d{4} images_per_second=/m);
      const files = await readdir(join(folder, 'run'));
      const promised = [
        'config.json',
        'checkpoints',
        'sheets',
        'metrics.jsonl',
        'bundle',
        'tensorboard',
        'report.html',
      ];
      for (const name of [...promised, 'curves.svg', 'curves.png']) expect(files).toContain(name);
      expect((await sharp(join(folder, 'run', 'curves.png')).metadata()).width).toBe(960);
      expect(await checkpoints('run')).toEqual(['step-00000002.safetensors', 'step-00000004.safetensors']);
      expect((await readdir(join(folder, 'run', 'sheets'))).sort()).toEqual(['step-00000000.png', 'step-00000004.png']);
      const sheet = ['--model', join(folder, 'run'), '--sheet', join(folder, 'sheet.png')];
      expect((await freshcar(['sample', ...sheet])).code).toBe(0);
    });

    it('keeps exactly what ran: its own config.json repeats the run', async () => {
      await train('run', [...fourSteps, '--seed', '5', '--real-label', '0.8']);
      const config = join(folder, 'run', 'config.json');
      expect(JSON.parse(await readFile(config, 'utf8'))).toMatchObject({ seed: 5, labels: { real: 0.8 }, epochs: 2 });
      const often = ['--report-every', '1', '--checkpoint-every', '2'];
      expect((await train('again', ['--preset', 'seed', '--config', config, ...often])).code).toBe(0);
      expect(await lastCheckpoint('again')).toEqual(await lastCheckpoint('run'));
    });

    it('stops when asked, and resumed ends in the same bytes as if it never had', async () => {
      await train('whole', fourSteps);
      const stopped = await train('run', fourSteps, { stopAt: 'step=3/4' });
      expect(stopped.code).toBe(0);
      expect(stopped.out).toMatch(/^Stopped after step 3; --resume goes on\./);
      expect(await checkpoints('run')).toContain('step-00000003.safetensors');
      expect(await readdir(join(folder, 'run', 'bundle'))).toContain('generator.onnx');
      const resumed = await train('run', [...fourSteps, '--resume']);
      expect(resumed.err).toContain('going on after step 3');
      expect(await lastCheckpoint('run')).toEqual(await lastCheckpoint('whole'));
    });

    it('goes on for more epochs, without repeating the other flags', async () => {
      await train('run', fourSteps);
      const { code, out } = await train('run', ['--resume', '--epochs', '3']);
      expect(code).toBe(0);
      expect(out).toContain('Done after 6 steps');
    });

    it('begins again as what it was when it was killed before its first checkpoint', async () => {
      await train('whole', [...fourSteps, '--seed', '7']);
      await train('run', [...fourSteps, '--seed', '7'], { stopAt: 'step=1/4' });
      await rm(join(folder, 'run', 'checkpoints'), { recursive: true });
      expect((await train('run', ['--resume', '--seed', '8'])).err).toContain(
        'seed is 7 in this run, and 8 was asked for',
      );
      expect((await train('run', ['--resume'])).out).toContain('Done after 4 steps');
      expect(await lastCheckpoint('run')).toEqual(await lastCheckpoint('whole'));
    });

    it('says so when there is nothing to resume, and does not begin', async () => {
      const { code, err } = await train('run', [...fourSteps, '--resume']);
      expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining('holds no run to go on with') });
      expect(await readdir(folder)).not.toContain('run');
    });

    it('takes a folder that has lost its config.json for no empty one', async () => {
      await train('run', fourSteps);
      await rm(join(folder, 'run', 'config.json'));
      expect((await train('run', fourSteps)).err).toContain('holds a run already');
      expect((await train('run', ['--resume', '--epochs', '3'])).out).toContain('Done after 6 steps');
    });

    it('takes one pass over what is damaged: a sheet, a line of the metrics, a bundle copied by half', async () => {
      await train('run', fourSteps);
      const inRun = (...names: string[]) => join(folder, 'run', ...names);
      const sheet = await readFile(inRun('sheets', 'step-00000000.png'));
      await writeFile(inRun('sheets', 'step-00000000.png'), sheet.subarray(0, 200));
      await writeFile(inRun('metrics.jsonl'), `garbage\n${await readFile(inRun('metrics.jsonl'), 'utf8')}`);
      await rm(inRun('bundle', 'manifest.json'));
      const { code, err, out } = await train('run', ['--resume', '--epochs', '3']);
      expect({ code, out }).toEqual({ code: 0, out: expect.stringContaining('Done after 6 steps') });
      expect(err).toMatch(/^warning: 1 of the sheets in .* are damaged; the report leaves them out\.$/m);
      const steps = (await readFile(inRun('metrics.jsonl'), 'utf8'))
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).step);
      expect(steps).toEqual([1, 2, 3, 4, 5, 6]);
      expect(await readdir(inRun('bundle'))).toContain('manifest.json');
    });

    it('has as many steps as it says, whatever the number of pictures, and the recommended 4,000 by itself', async () => {
      expect((await train('run', [...smallRunFlags, '--steps', '3'])).out).toContain('Done after 3 steps');
      const { err } = await train('other', smallRunFlags, { stopAt: 'step=1/4000' });
      expect(err).toContain('for 4000 steps');
      expect((await train('run', ['--resume', '--steps', '4', '--epochs', '2'])).err).toContain('not by both');
      expect((await train('run', ['--resume', '--steps', '5'])).out).toContain('Done after 5 steps');
    });

    it('ends after so many hours, all sittings together', async () => {
      // A second passes at each look at the clock, so that how fast the machine is changes nothing.
      let seconds = 0;
      const now = () => 1000 * seconds++;
      const { out, err } = await train('run', [...smallRunFlags, '--hours', '0.01'], { now });
      expect(err).toContain('for 0.01 hours');
      const steps = Number(/^Done after (\d+) steps/.exec(out)?.[1]);
      expect(steps).toBeGreaterThan(1);
      // The hour is up already: a step more shows that.
      expect((await train('run', ['--resume'], { now })).out).toContain(`Done after ${steps} steps`);
      expect((await train('run', ['--resume', '--steps', String(steps + 2)])).out).toContain(
        `Done after ${steps + 2} steps`,
      );
    });

    it('lets one training at a time into a folder', async () => {
      await train('run', fourSteps);
      const lock = await lockRun(join(folder, 'run'), { clock: Date.now });
      const { code, err } = await train('run', ['--resume', '--epochs', '3']);
      expect({ code, err }).toEqual({
        code: 1,
        err: expect.stringContaining(`is being trained by process ${process.pid}`),
      });
      await lock.release();
      expect((await train('run', ['--resume', '--epochs', '3'])).code).toBe(0);
    });
  });

  describe('freshcar train --held-out', () => {
    it('scores each snapshot while it trains, says the best so far, and export --best takes it', async () => {
      const images = smallPictures(40);
      await writeNpy(join(folder, 'held-out.npy'), images.subarray(0, 20 * 3072));
      await writeNpy(join(folder, 'more.npy'), images.subarray(20 * 3072));
      data = join(folder, 'more.npy');
      const flags = [...smallRunFlags, '--held-out', join(folder, 'held-out.npy'), '--snapshot-every', '2'];
      const { code, out, err } = await train('run', [...flags, '--steps', '4']);
      expect(code).toBe(0);
      expect(err).toMatch(/^Measured step 2: KID -?[\d.]+, recall [\d.]+ \(the best so far\)$/m);
      const rows = () =>
        readFile(join(folder, 'run', 'scores.jsonl'), 'utf8').then((text) =>
          text
            .trim()
            .split('\n')
            .map((line) => JSON.parse(line)),
        );
      const scores = await rows();
      expect(scores.map(({ step, by, cars }) => ({ step, by, cars }))).toEqual([
        { step: 2, by: 'train', cars: 2048 },
        { step: 4, by: 'train', cars: 2048 },
      ]);
      const best = scores[0].kid <= scores[1].kid ? 2 : 4;
      expect(out).toContain(
        `Best by KID: step ${best}. Make a model of it: npx freshcar export ${join(folder, 'run')} --best`,
      );
      expect(await readFile(join(folder, 'run', 'curves.svg'), 'utf8')).toContain('KID');
      expect(await readFile(join(folder, 'run', 'report.html'), 'utf8')).toContain(`step ${best}, the best`);
      const exported = await freshcar(['export', join(folder, 'run'), '--best', '--out', join(folder, 'best')]);
      expect(exported.out).toContain(`of step ${best}\n`);
      // Resumed without a word it goes on measuring, and what was measured stays.
      expect((await train('run', ['--resume', '--steps', '6'])).code).toBe(0);
      expect((await rows()).map(({ step }) => step)).toEqual([2, 4, 6]);
    });

    it('warns of a held-out set that the training is the whole of', async () => {
      await writeNpy(join(folder, 'all.npy'), blots(120));
      const parts = ['--out-train', join(folder, 't.npy'), '--out-held-out', join(folder, 'h.npy')];
      expect((await freshcar(['dataset', 'split', join(folder, 'all.npy'), ...parts])).code).toBe(0);
      data = join(folder, 'all.npy');
      const { err } = await train('run', [...smallRunFlags, '--steps', '1', '--held-out', join(folder, 'h.npy')]);
      expect(err).toMatch(/trained on the whole set|are in --train too/);
    });

    it('says what export --best needs', async () => {
      await train('run', fourSteps);
      const { code, err } = await freshcar(['export', join(folder, 'run'), '--best', '--out', join(folder, 'best')]);
      expect({ code, err }).toEqual({ code: 1, err: expect.stringContaining('npx freshcar compare') });
    });
  });

  describe('freshcar train --from', () => {
    it('starts from another run with its networks, records it, and resumes without a word on it', async () => {
      await train('run', fourSteps);
      const short = ['--batch-size', '4', '--epochs', '0.5', '--report-every', '1'];
      const { code } = await train('second', [...short, '--from', join(folder, 'run')]);
      expect(code).toBe(0);
      const config = JSON.parse(await readFile(join(folder, 'second', 'config.json'), 'utf8'));
      expect(config).toMatchObject({ architecture: { channels: 8 }, from: { name: 'run' } });
      const manifest = JSON.parse(await readFile(join(folder, 'second', 'bundle', 'manifest.json'), 'utf8'));
      expect(manifest.recipe.from).toEqual(config.from);
      expect((await train('second', ['--resume', '--epochs', '1'])).out).toContain('Done after 2 steps');
    });

    it('grows to twice the size, its new map as wide as was asked for, and repeats from what it records', async () => {
      await train('run', fourSteps);
      const large = await writeSmallDataset(folder, { size: 64 });
      const grow = ['--batch-size', '4', '--epochs', '0.5', '--from', join(folder, 'run'), '--image-size', '64'];
      const run = (out: string, flags: readonly string[]) =>
        freshcar(['train', '--data', large, '--out', join(folder, out), ...flags]);
      expect(await run('large', [...grow, '--last-channels', '16,24'])).toMatchObject({
        code: 2,
        err: expect.stringContaining('grown, they have lastChannels 24 instead of 16,24'),
      });
      expect(await run('large', [...grow, '--last-channels', '24'])).toMatchObject({ code: 0 });
      const config = JSON.parse(await readFile(join(folder, 'large', 'config.json'), 'utf8'));
      expect(config.architecture).toMatchObject({ imageSize: 64, channels: 8, lastChannels: [24] });
      await rm(join(folder, 'large', 'checkpoints'), { recursive: true });
      expect((await run('large', ['--resume'])).out).toContain('Done after 1 steps');
    });

    it('refuses sizes that it does not grow to', async () => {
      await train('run', fourSteps);
      const run = join(folder, 'run');
      for (const [flags, sentence] of [
        [['--from', run, '--image-size', '128'], 'draws cars of 32 pixels: begin with it for 32, or for twice as many'],
        [['--from', run, '--image-size', '64'], 'at least 24 channels'],
      ] as const)
        expect(await train('second', flags)).toMatchObject({ code: 2, err: expect.stringContaining(sentence) });
    });

    it('starts from a bundle, and repeats from the recorded configuration only with the same weights', async () => {
      await train('run', fourSteps);
      const bundle = join(folder, 'run', 'bundle');
      await train('second', ['--epochs', '0.5', '--batch-size', '4', '--from', bundle]);
      const config = join(folder, 'second', 'config.json');
      expect(await train('third', ['--config', config])).toMatchObject({
        code: 2,
        err: expect.stringContaining('Name their folder by --from'),
      });
      expect((await train('third', ['--config', config, '--from', bundle])).code).toBe(0);
      const first = (run: string) => readFile(join(folder, run, 'checkpoints', 'step-00000001.safetensors'));
      expect(await first('third')).toEqual(await first('second'));
    });
  });

  describe('freshcar train --resume', () => {
    beforeEach(async () => void (await train('run', fourSteps)));

    it('remembers what it was asked for: data, how often, and all else', async () => {
      const { code, out } = await freshcar(['train', '--out', join(folder, 'run'), '--resume', '--epochs', '3']);
      expect({ code, out }).toEqual({ code: 0, out: expect.stringContaining('Done after 6 steps') });
      // Checkpoints and lines as often as the first flags asked.
      expect(await checkpoints('run')).toEqual(['step-00000004.safetensors', 'step-00000006.safetensors']);
      expect((await readFile(join(folder, 'run', 'metrics.jsonl'), 'utf8')).trim().split('\n')).toHaveLength(6);
    });

    it.each(['--preset', '--from'])('refuses %s, which a run that goes on cannot take', async (flag) => {
      const { code, err } = await train('run', ['--resume', flag, flag === '--preset' ? 'seed' : join(folder, 'run')]);
      expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining(`leave ${flag} away`) });
    });

    it('refuses other settings, with both values', async () => {
      const { code, err } = await train('run', ['--resume', '--batch-size', '2', '--real-label', '0.7']);
      expect(code).toBe(2);
      expect(err).toContain('batch-size is 4 in this run, and 2 was asked for; real-label is 0.9 in this run, and 0.7');
    });

    it('refuses a configuration file', async () => {
      const { code, err } = await train('run', ['--resume', '--config', join(folder, 'run', 'config.json')]);
      expect(code).toBe(2);
      expect(err).toContain('leave --config away');
    });

    it('refuses other data', async () => {
      data = await writeSmallDataset(folder, { count: 9 });
      const { code, err } = await train('run', ['--resume']);
      expect(code).toBe(1);
      expect(err).toContain('The data is not what this run began with: that was 8 images');
      expect(err).toContain(`--from ${join(folder, 'run')} --out NEW`);
    });

    it('passes over a damaged checkpoint, says which, and goes on from the one before', async () => {
      await writeFile(join(folder, 'run', 'checkpoints', 'step-00000004.safetensors'), 'cut off');
      const { code, err } = await train('run', ['--resume']);
      expect(code).toBe(0);
      expect(err).toMatch(/^warning: .*step-00000004\.safetensors/m);
      expect(err).toContain('going on after step 2');
    });

    it('says when no checkpoint can be read instead of starting over', async () => {
      for (const name of await checkpoints('run')) await writeFile(join(folder, 'run', 'checkpoints', name), '');
      const { code, err } = await train('run', ['--resume']);
      expect(code).toBe(1);
      expect(err).toMatch(/^error: No checkpoint in .+ can be read\.$/m);
    });
  });

  describe('freshcar train, asked wrongly,', () => {
    it('does not mix a new run with one that is there', async () => {
      await train('run', fourSteps);
      const { code, err } = await train('run', fourSteps);
      expect(code).toBe(2);
      expect(err).toContain('holds a run already. Go on with it by --resume');
    });

    it('says which size the pictures have', async () => {
      data = await writeSmallDataset(folder, { size: 64 });
      const { code, err } = await train('run', fourSteps);
      expect(code).toBe(2);
      expect(err).toContain('The pictures are 64 pixels wide and the networks 32.');
      expect(err).toContain('--image-size 64');
    });

    it.each([
      [['--batch-size', 'many'], 'batch-size is a number, not "many"'],
      [['--loss', 'wasserstein'], 'loss: '],
      [['--depth', '9'], 'depth: '],
      [['--preset', 'best'], 'Allowed choices are seed, fresh'],
      [['--checkpoint-every', '0'], 'a whole number from 1 to'],
      [['--config', '/nowhere.json'], 'Could not read /nowhere.json as JSON'],
    ])('refuses %j with exit code 2', async (flags, sentence) => {
      const { code, err } = await train('run', flags);
      expect(code).toBe(2);
      expect(err).toContain(sentence);
    });

    it('refuses one picture, and data that is not there', async () => {
      data = await writeSmallDataset(folder, { count: 1 });
      expect(await train('run', fourSteps)).toMatchObject({ code: 2, err: expect.stringContaining('fewer than two') });
      data = join(folder, 'missing.npy');
      expect(await train('run', fourSteps)).toMatchObject({ code: 1, err: expect.stringContaining('missing.npy') });
    });
  });

  describe('the freshcar program', () => {
    const start = builtFreshcar();

    it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
      'saves a checkpoint and a bundle on %s, told twice, and resumes',
      async (signal) => {
        // So many epochs that it is never done before the signal comes.
        const run = start(flagsOf('run', [...smallRunFlags, '--epochs', '100000']));
        await run.printed('step=2/');
        // As npx does, which hands on what the terminal has sent to both.
        run.child.kill(signal);
        run.child.kill(signal);
        expect(await run.ended()).toEqual({ code: 0, signal: null });
        const step = Number(/Stopped after step (\d+); --resume goes on/.exec(run.output.text)?.[1]);
        expect(await checkpoints('run')).toContain(`step-${String(step).padStart(8, '0')}.safetensors`);
        expect(await readdir(join(folder, 'run', 'bundle'))).toContain('manifest.json');
        const resumed = await train('run', ['--resume', '--epochs', String((step + 2) / 2)]);
        expect(resumed.out).toContain(`Done after ${step + 2} steps`);
      },
    );
  });
});
