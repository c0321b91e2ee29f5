import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { encodeFeatures } from '../../../model/features/features-file.ts';
import { sha256 } from '../../../model/files.ts';
import { freshcar } from '../../support/command-line.ts';
import { madeFeatures } from '../../support/projected.ts';
import { native } from '../../support/tensorflow.ts';
import { smallRunFlags, writeSmallDataset } from '../../support/training.ts';
import { temporaryFolder } from '../store/bundle-fixture.ts';

// Plain JavaScript would take minutes for these.
describe.skipIf(!native)(
  'freshcar train --discriminator projected (skipped: needs the native TensorFlow library)',
  () => {
    let folder: string;
    let data: string;
    let features: string;
    beforeEach(async () => {
      folder = await temporaryFolder();
      data = await writeSmallDataset(folder);
      features = join(folder, 'made.safetensors');
      await writeFile(features, encodeFeatures(madeFeatures()));
    });

    const train = (run: string, flags: readonly string[]) =>
      freshcar(['train', '--data', data, '--out', join(folder, run), ...flags]);
    const projected = () => [...smallRunFlags, '--discriminator', 'projected', '--features', features];
    // By hash: a comparison of tens of megabytes takes the test runner a minute.
    const last = async (run: string) =>
      sha256(await readFile(join(folder, run, 'checkpoints', 'step-00000004.safetensors')));
    const configOf = async (run: string) => JSON.parse(await readFile(join(folder, run, 'config.json'), 'utf8'));

    it('goes on from a run of the other discriminator, by its own settings, and remembers its features', async () => {
      await train('first', [...smallRunFlags, '--epochs', '1']);
      const { code, err } = await train('second', [...projected(), '--epochs', '2', '--from', join(folder, 'first')]);
      expect(code).toBe(0);
      expect(err).toMatch(/^step=4\/4 epoch=2\.0 d_real=\d+\.\d{4} d_fake=/m);
      expect(await configOf('second')).toMatchObject({
        discriminator: 'projected',
        features: {
          name: 'made.safetensors',
          sha256: madeFeatures().sha256,
          source: 'made for tests',
          licence: 'none',
        },
        from: { name: 'first' },
        loss: 'hinge',
        lecam: 0.01,
        labels: { real: 1 },
        generatorOptimizer: { rate: 2e-4, beta1: 0.5, beta2: 0.99 },
        discriminatorOptimizer: { rate: 4e-4, beta1: 0.5, beta2: 0.99 },
        augment: { brightness: 0.3, saturation: 0.4, contrast: 0.2, translation: 0.125 },
      });
    });

    it('grows a run to twice the size, of which the generator alone goes on', async () => {
      await train('first', [...projected(), '--epochs', '1']);
      const large = await writeSmallDataset(folder, { size: 64 });
      const grow = ['--from', join(folder, 'first'), '--image-size', '64', '--last-channels', '24'];
      const flags = ['--batch-size', '4', '--epochs', '0.5', '--discriminator', 'projected', '--features', features];
      const { code, err } = await train('large', ['--data', large, ...flags, ...grow]);
      expect(`${code} ${err}`).toMatch(/^0 /);
      expect(await configOf('large')).toMatchObject({
        architecture: { imageSize: 64, channels: 8, lastChannels: [24] },
        from: { name: 'first' },
      });
    });

    it('resumes to the bit', async () => {
      await train('whole', [...projected(), '--epochs', '2']);
      await train('halves', [...projected(), '--epochs', '1']);
      const { code } = await train('halves', ['--resume', '--epochs', '2', '--features', features]);
      expect(code).toBe(0);
      expect(await last('halves')).toBe(await last('whole'));
    });

    it('remembers where its features are, and refuses others', async () => {
      await train('run', [...projected(), '--epochs', '1']);
      expect((await train('run', ['--resume', '--epochs', '2'])).code).toBe(0);
      await writeFile(features, encodeFeatures({ ...madeFeatures(), about: { source: 'other', licence: 'none' } }));
      const other = await train('run', ['--resume', '--epochs', '3']);
      expect(other).toMatchObject({ code: 2, err: expect.stringContaining('Name the right file by --features') });
      await rm(features);
      const without = await train('run', ['--resume', '--epochs', '3']);
      expect(without).toMatchObject({
        code: 1,
        err: expect.stringContaining(`Could not read the features ${features}`),
      });
    });

    it.each([
      [['--discriminator', 'projected'], 'Name its file by --features'],
      [
        ['--discriminator', 'projected', '--features', '/nowhere.safetensors'],
        'Could not read the features /nowhere.safetensors',
      ],
      [['--discriminator', 'seen'], 'discriminator: '],
      [['--discriminator', 'projected', '--projected-size', '100'], 'projected-size: '],
    ])('refuses %j', async (flags, sentence) => {
      const { code, err } = await train('run', [...smallRunFlags, ...flags]);
      expect(code).toBeGreaterThan(0);
      expect(err).toContain(sentence);
    });

    it.each([[['--frozen-normalisation', 'moving'], 'A projected discriminator has no frozen-normalisation moving.']])(
      'refuses %j, which it does not have',
      async (flags, sentence) => {
        const { code, err } = await train('run', [...projected(), ...flags]);
        expect(code).toBe(2);
        expect(err).toContain(sentence);
      },
    );

    it('refuses features that nobody sees through, and a checkpoint in their place', async () => {
      const unused = await train('run', [...smallRunFlags, '--features', features]);
      expect(unused).toMatchObject({ code: 2, err: expect.stringContaining('Add --discriminator projected') });
      await train('first', [...smallRunFlags, '--epochs', '2']);
      features = join(folder, 'first', 'checkpoints', 'step-00000004.safetensors');
      expect(await train('run', projected())).toMatchObject({
        code: 2,
        err: expect.stringContaining('is no file of features for --discriminator projected'),
      });
    });
  },
);
