import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { architectureSchema, generator } from '../../../model/architecture/dcgan.ts';
import { entryOf, parseManifest, verifyFile } from '../../../model/bundle/read.ts';
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
});

describe('a manifest', () => {
  const valid = { format: 1, ...about, files: { 'generator.onnx': { bytes: 3, sha256: 'a'.repeat(64) } } };

  it.each([
    ['is no JSON', '{"format": 1,', 'it is no JSON'],
    ['is of a format that is not known', { ...valid, format: 2 }, 'format: '],
    ['has no version', { ...valid, version: undefined }, 'version: '],
    ['has a version that leads out of its folder', { ...valid, version: '../other' }, 'version: '],
    [
      'names a file that leads out of its folder',
      { ...valid, files: { '../x': valid.files['generator.onnx'] } },
      'files',
    ],
    [
      'has a SHA-256 that is none',
      { ...valid, files: { 'a.bin': { bytes: 1, sha256: 'xyz' } } },
      'files.a.bin.sha256: ',
    ],
    ['has a field that nothing reads', { ...valid, extra: true }, 'extra'],
  ])('that %s is refused by name', (_, content, sentence) => {
    const text = typeof content === 'string' ? content : JSON.stringify(content);
    expect(() => parseManifest(text, 'there')).toThrow(sentence);
    expect(() => parseManifest(text, 'there')).toThrow('manifest.json in there');
  });

  it('says which file it does not list', () => {
    expect(() => entryOf(parseManifest(JSON.stringify(valid), 'there'), 'card.md')).toThrow('lists no file card.md');
  });
});

describe('a file of a bundle', () => {
  const bytes = Uint8Array.of(1, 2, 3);
  const entry = { bytes: 3, sha256: createHash('sha256').update(bytes).digest('hex') };

  it('passes when it is what the manifest says', () => {
    expect(verifyFile(bytes, entry, 'a.bin')).toBe(bytes);
  });

  it('is refused when it is cut off or changed, in a sentence that says how', () => {
    expect(() => verifyFile(bytes.subarray(1), entry, 'a.bin')).toThrow(
      'a.bin is damaged: it has 2 bytes instead of 3',
    );
    expect(() => verifyFile(Uint8Array.of(1, 2, 4), entry, 'a.bin')).toThrow('a.bin is damaged: its SHA-256 is');
  });
});
