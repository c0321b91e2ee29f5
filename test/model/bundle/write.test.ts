import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { architectureSchema, generator } from '../../../model/architecture/dcgan.ts';
import { parseManifest } from '../../../model/bundle/read.ts';
import { readTfjsWeights } from '../../../model/bundle/tfjs-format.ts';
import { writeBundle } from '../../../model/bundle/write.ts';
import { formulaWeights } from '../../fixtures/keras/formula-weights.ts';

const architecture = architectureSchema.parse({ latentSize: 4, channels: 8, baseChannels: 8, firstChannels: 8 });
const weights = formulaWeights(generator(architecture));
const about = { version: 'test-1', architecture, code: { name: 'freshcar', version: '0.0.0' } };
const temporaryFolder = () => mkdtemp(join(tmpdir(), 'freshcar-bundle-'));

describe('a bundle', () => {
  it('lists every file with its size and SHA-256', async () => {
    const path = join(await temporaryFolder(), 'bundle');
    await writeBundle(path, { about, weights, extras: { 'card.md': '# A card\n' } });
    const manifest = parseManifest(await readFile(join(path, 'manifest.json')), path);
    const names = ['card.md', 'generator.onnx', 'model.json', 'weights.bin'];
    expect(Object.keys(manifest.files).sort()).toEqual(names);
    expect((await readdir(path)).sort()).toEqual([...names, 'manifest.json'].sort());
    for (const name of names) {
      const bytes = await readFile(join(path, name));
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      expect(manifest.files[name]).toEqual({ bytes: bytes.length, sha256 });
    }
  });

  it('is the same to the byte when it is written again', async () => {
    const folder = await temporaryFolder();
    const [one, other] = [
      await writeBundle(join(folder, 'one'), { about, weights }),
      await writeBundle(join(folder, 'other'), { about, weights }),
    ];
    expect(one).toEqual(other);
  });

  it('gives back the weights that it was written from', async () => {
    const path = join(await temporaryFolder(), 'bundle');
    await writeBundle(path, { about, weights });
    const read = readTfjsWeights(generator(architecture), await readFile(join(path, 'weights.bin')));
    expect(read).toEqual(weights);
  });

  it('does not take the place of another unless told to, and leaves nothing behind', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'bundle');
    await writeBundle(path, { about, weights });
    await expect(writeBundle(path, { about, weights })).rejects.toMatchObject({ code: 'conflict' });
    await writeBundle(path, { about: { ...about, version: 'test-2' }, weights }, { replace: true });
    expect(parseManifest(await readFile(join(path, 'manifest.json')), path).version).toBe('test-2');
    expect(await readdir(folder)).toEqual(['bundle']);
  });

  it('never takes the place of a folder that is no bundle, unless it is empty', async () => {
    const folder = await temporaryFolder();
    const [photographs, empty] = [join(folder, 'photographs'), join(folder, 'empty')];
    await Promise.all([photographs, empty].map((path) => mkdir(path)));
    await writeFile(join(photographs, 'a.jpg'), 'a photograph');
    await expect(writeBundle(photographs, { about, weights }, { replace: true })).rejects.toThrow('is no bundle');
    expect(await readdir(photographs)).toEqual(['a.jpg']);
    await writeBundle(empty, { about, weights }, { replace: true });
    expect(await readdir(empty)).toContain('manifest.json');
    expect((await readdir(folder)).sort()).toEqual(['empty', 'photographs']);
  });
});
