import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, it } from 'vitest';
import { freshcar } from '../../support/command-line.ts';
import { native } from '../../support/tensorflow.ts';
import { smallRunFlags, writeSmallDataset } from '../../support/training.ts';
import { temporaryFolder } from '../store/bundle-fixture.ts';

// Plain JavaScript would take minutes for these.
describe.skipIf(!native)('trained by the native TensorFlow library (skipped: needs it)', () => {
  let folder: string;
  let run: string;
  beforeEach(async () => {
    folder = await temporaryFolder();
    run = join(folder, 'run');
    const data = await writeSmallDataset(folder);
    const flags = ['--data', data, '--out', run, '--epochs', '1', '--seed', '9', ...smallRunFlags];
    expect((await freshcar(['train', ...flags])).code).toBe(0);
  });

  const exportTo = (name: string, ...flags: string[]) =>
    freshcar(['export', run, '--out', join(folder, name), ...flags]);
  const manifestOf = async (name: string) => JSON.parse(await readFile(join(folder, name, 'manifest.json'), 'utf8'));

  describe('freshcar export', () => {
    it('makes a bundle of the newest checkpoint, named after the run', async () => {
      const { code, out } = await exportTo('bundle');
      expect(code).toBe(0);
      const manifest = await manifestOf('bundle');
      // Image size, seed, steps, and the beginnings of the SHA-256 of data and settings.
      expect(manifest.version).toMatch(/^run-32-9-2-[0-9a-f]{8}-[0-9a-f]{8}$/);
      expect(out).toBe(`Model ${manifest.version} in ${join(folder, 'bundle')}\n`);
      expect(manifest).toMatchObject({ architecture: { latentSize: 8 }, data: { images: 8 }, recipe: { steps: 2 } });
    });

    it('makes the same files that training left in the run folder', async () => {
      await exportTo('bundle');
      expect(await manifestOf('bundle')).toEqual(await manifestOf('run/bundle'));
    });

    it('rounds the kernels where it is asked to, says so in the manifest, and names that otherwise', async () => {
      await exportTo('whole');
      expect((await exportTo('short', '--significant-bits', '8')).code).toBe(0);
      const [whole, short] = [await manifestOf('whole'), await manifestOf('short')];
      expect(short.recipe).toEqual({ ...whole.recipe, significantBits: 8 });
      expect(short.version).not.toBe(whole.version);
      const packed = async (name: string) => gzipSync(await readFile(join(folder, name, 'weights.bin'))).length;
      expect(await packed('short')).toBeLessThan(0.6 * (await packed('whole')));
    });

    it('names a run with another setting otherwise, and one that goes on for longer not', async () => {
      const data = join(folder, 'pictures-8-32.npy');
      const train = async (name: string, ...more: string[]) => {
        const flags = ['--data', data, '--out', join(folder, name), '--seed', '9', ...smallRunFlags, ...more];
        expect((await freshcar(['train', ...flags, '--snapshot-every', '2'])).code).toBe(0);
        await freshcar(['export', join(folder, name), '--step', '2', '--out', join(folder, `${name}-bundle`)]);
        return (await manifestOf(`${name}-bundle`)).version;
      };
      const { version } = await manifestOf('run/bundle');
      expect(await train('longer', '--epochs', '2')).toBe(version);
      expect(await train('other', '--epochs', '1', '--lecam', '0.2')).not.toBe(version);
    });

    it('takes the snapshot of an earlier step, and says which step it has none of', async () => {
      const more = ['--resume', '--epochs', '2', '--snapshot-every', '3'];
      const data = join(folder, 'pictures-8-32.npy');
      expect((await freshcar(['train', '--data', data, '--out', run, ...more])).code).toBe(0);
      expect((await exportTo('early', '--step', '3')).code).toBe(0);
      expect(await manifestOf('early')).toMatchObject({ recipe: { steps: 3 } });
      const { code, err } = await exportTo('none', '--step', '5');
      expect(code).toBe(1);
      expect(err).toContain('keeps no snapshot of step 5');
    });

    it('takes a version and a card, and the bundle draws cars', async () => {
      const card = join(folder, 'note.md');
      await writeFile(card, '# Striped noise\n');
      await exportTo('bundle', '--version', 'stripes-1.0', '--card', card);
      expect(await manifestOf('bundle')).toMatchObject({ version: 'stripes-1.0', files: { 'card.md': { bytes: 16 } } });
      expect(await readFile(join(folder, 'bundle', 'card.md'), 'utf8')).toBe('# Striped noise\n');
      const flags = ['--model', join(folder, 'bundle'), '--count', '4', '--sheet', join(folder, 'sheet.png')];
      expect((await freshcar(['sample', ...flags])).out).toContain('4 cars of model stripes-1.0');
    });

    it('leaves a bundle that is there alone unless it may replace it', async () => {
      await exportTo('bundle', '--version', 'first');
      const { code, err } = await exportTo('bundle', '--version', 'second');
      expect(code).toBe(1);
      expect(err).toContain('exists already');
      expect(await manifestOf('bundle')).toMatchObject({ version: 'first' });
      expect((await exportTo('bundle', '--version', 'second', '--replace')).code).toBe(0);
      expect(await manifestOf('bundle')).toMatchObject({ version: 'second' });
    });

    it.each([
      ['a version that cannot be in an address', ['--version', 'Red Cars'], '--version: a version is 1 to 64 of a-z'],
      ['a card that is not there', ['--card', '/nowhere.md'], 'Could not read the card /nowhere.md'],
    ])('refuses %s with exit code 2', async (_, flags, sentence) => {
      const { code, err } = await exportTo('bundle', ...flags);
      expect(code).toBe(2);
      expect(err).toContain(sentence);
    });

    it('says when a folder holds no run', async () => {
      const { code, err } = await freshcar(['export', folder, '--out', join(folder, 'bundle')]);
      expect(code).toBe(1);
      expect(err).toBe(`error: ${folder} holds no checkpoint of a run.\n`);
    });
  });
});
