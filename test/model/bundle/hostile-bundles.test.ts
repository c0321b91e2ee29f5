import { execFileSync } from 'node:child_process';
import { cp, mkdir, readFile, rm, symlink, truncate } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { drawGoldenCars } from '../../../functions/promote/golden-cars.ts';
import { architectureSchema, generator } from '../../../model/architecture/dcgan.ts';
import { checkOnnx } from '../../../model/bundle/onnx-check.ts';
import { exportOnnx } from '../../../model/bundle/onnx-export.ts';
import { loadEngine } from '../../../model/engine/load.ts';
import { FreshcarError } from '../../../model/errors.ts';
import { openFolder } from '../../../model/store/folder.ts';
import { formulaWeights } from '../../fixtures/keras/formula-weights.ts';
import { writeRealBundle } from '../../functions/generate/real-bundle.ts';
import { freshcar } from '../../support/command-line.ts';
import { changeManifest, forgeries, replaceFile, writeForgedBundle } from '../../support/forged-bundles.ts';
import { temporaryFolder } from '../store/bundle-fixture.ts';

/** How a bundle is opened and used, wherever it is. */
async function open(bundle: string) {
  const source = await openFolder(bundle);
  const manifest = await source.readManifest('forged');
  return { source, manifest };
}

describe('a forged graph whose hashes are right is refused', () => {
  it.each(forgeries)('when it has %s: loading, publishing, promoting and offering', async (_, forge) => {
    const folder = await temporaryFolder();
    const bundle = await writeForgedBundle(folder, 'forged', forge);
    const { source, manifest } = await open(bundle);
    const refusal = { code: 'damaged-bundle', message: expect.stringContaining('not the one that freshcar writes') };
    await expect(loadEngine(source, manifest)).rejects.toMatchObject(refusal);
    await expect(drawGoldenCars(source, manifest)).rejects.toMatchObject(refusal);

    const store = path.join(folder, 'store');
    const sentence = { code: 1, err: expect.stringContaining('not the one that freshcar writes') };
    expect(await freshcar(['publish', bundle, '--store', store])).toMatchObject(sentence);
    // Into the store by another way than ours.
    await cp(bundle, path.join(store, 'models/forged'), { recursive: true });
    await cp(await writeRealBundle(folder, 'honest'), path.join(store, 'models/honest'), { recursive: true });
    expect(await freshcar(['promote', 'forged', '--store', store])).toMatchObject(sentence);
    expect(await freshcar(['promote', 'honest', '--store', store])).toMatchObject({ code: 0 });
    expect(await freshcar(['offer', 'forged', '--store', store])).toMatchObject(sentence);
  });

  it('says what it means where that is not plain', async () => {
    const reasons = { 'data in another file': 'it takes data from other files', functions: 'it has functions' };
    for (const [name, reason] of Object.entries(reasons)) {
      const forge = forgeries.find(([each]) => each === name)?.[1] ?? ((onnx: Uint8Array) => onnx);
      const { source, manifest } = await open(await writeForgedBundle(await temporaryFolder(), 'forged', forge));
      await expect(loadEngine(source, manifest)).rejects.toThrow(reason);
    }
  });
});

describe('an honest graph is taken', () => {
  it.each([
    {},
    { imageSize: 64, channels: 16, baseChannels: 16 },
    { depth: 2, latentSize: 7, channels: 16, baseChannels: 8 },
    { imageSize: 64, channels: 32, lastChannels: [16, 8] },
  ])('of the architecture %j', (options) => {
    const architecture = architectureSchema.parse(options);
    const network = generator(architecture);
    const onnx = exportOnnx(network, formulaWeights(network));
    expect(() => checkOnnx(onnx, architecture)).not.toThrow();
    const other = architectureSchema.parse({ ...options, latentSize: 8 });
    expect(() => checkOnnx(onnx, other)).toThrow(FreshcarError);
  });

  it.each(['fronts-32-3', 'fronts-64-3'])('of the shipped model %s', async (version) => {
    const source = await openFolder('model/pretrained');
    const manifest = await source.readManifest(version);
    const onnx = await source.readFile(manifest, 'generator.onnx');
    expect(() => checkOnnx(onnx, manifest.architecture)).not.toThrow();
  });
});

describe('a forged manifest is refused', () => {
  const longNumber = (text: string) => JSON.parse(text);
  it.each<[string, (manifest: ReturnType<typeof JSON.parse>) => void]>([
    [
      'a generator of four billion bytes',
      ({ architecture }) =>
        Object.assign(architecture, { latentSize: 1024, baseChannels: 1024, imageSize: 128, depth: 2 }),
    ],
    ['a name of a file outside', ({ files }) => Object.assign(files, { '../../evil.png': files['model.json'] })],
    ['an absolute name of a file', ({ files }) => Object.assign(files, { '/etc/passwd': files['model.json'] })],
    ['a name of a file with a drive', ({ files }) => Object.assign(files, { 'c:evil': files['model.json'] })],
    ['itself among its files', ({ files }) => Object.assign(files, { 'manifest.json': files['model.json'] })],
    [
      'hundreds of files',
      ({ files }) => {
        for (let at = 0; at < 300; at++) files[`file-${at}`] = files['model.json'];
      },
    ],
    ['a file of terabytes', ({ files }) => Object.assign(files['model.json'], { bytes: 2 ** 42 })],
    [
      'a card of megabytes',
      ({ files }) => Object.assign(files, { 'card.md': { ...files['model.json'], bytes: 2 ** 21 } }),
    ],
    [
      'samples that no answer holds',
      ({ files }) => Object.assign(files, { 'samples.png': { ...files['model.json'], bytes: 2 ** 23 } }),
    ],
    [
      'latent vectors that are scaled beyond all numbers',
      (manifest) => Object.assign(manifest, { latent: { scales: [1, 1e300], spreads: [0.1, 1] } }),
    ],
    ['a file of minus one byte', ({ files }) => Object.assign(files['model.json'], { bytes: -1 })],
    ['a size that is no number', ({ files }) => Object.assign(files['model.json'], { bytes: '12' })],
    ['a size between two numbers', ({ files }) => Object.assign(files['model.json'], { bytes: 0.5 })],
    ['an infinite score', (manifest) => Object.assign(manifest, { scores: longNumber('{"kid":1e999}') })],
    ['the pointer for its version', (manifest) => Object.assign(manifest, { version: 'current.json' })],
    [
      'the lock of the pointer for its version',
      (manifest) => Object.assign(manifest, { version: 'current.json.lock' }),
    ],
    ['a path for its version', (manifest) => Object.assign(manifest, { version: '../forged' })],
    ['an unknown member', (manifest) => Object.assign(manifest, { script: 'evil' })],
    ['a format of the future', (manifest) => Object.assign(manifest, { format: 2 })],
    ['half a megabyte of nested lists', (manifest) => Object.assign(manifest, { recipe: { deep: 'DEEP' } })],
    ['two megabytes of remarks', (manifest) => Object.assign(manifest, { recipe: { remark: 'x'.repeat(2 ** 21) } })],
  ])('that has %s', async (_, change) => {
    const folder = await temporaryFolder();
    const bundle = await writeRealBundle(folder, 'forged');
    await changeManifest(bundle, change);
    const result = await freshcar(['publish', bundle, '--store', path.join(folder, 'store')]);
    expect(result).toMatchObject({
      code: 1,
      err: expect.stringMatching(/manifest\.json.* (cannot be used|is damaged)/),
    });
    expect(result.err).not.toContain('unexpected');
  });
});

describe('files that are not what the manifest says are not even read', () => {
  const load = async (bundle: string) => {
    const { source, manifest } = await open(bundle);
    return loadEngine(source, manifest);
  };
  const make = async () => writeRealBundle(await temporaryFolder(), 'forged');

  it('when one has grown to a terabyte', async () => {
    const bundle = await make();
    await truncate(path.join(bundle, 'generator.onnx'), 2 ** 40);
    await expect(load(bundle)).rejects.toThrow(/is damaged: it has 1099511627776 bytes instead of \d+\./);
  });

  it.each([
    ['a pipe', (file: string) => void execFileSync('mkfifo', [file])],
    ['a link to a device without an end', (file: string) => symlink('/dev/zero', file)],
    ['a folder', (file: string) => mkdir(file)],
  ])('when one is %s', async (_, replace) => {
    for (const name of ['generator.onnx', 'manifest.json']) {
      const bundle = await make();
      await rm(path.join(bundle, name));
      await replace(path.join(bundle, name));
      const failed = await load(bundle).catch((error) => error);
      expect(failed).toBeInstanceOf(FreshcarError);
    }
  });

  it('when weights of TensorFlow.js are no numbers', async () => {
    const bundle = await make();
    const bytes = await readFile(path.join(bundle, 'weights.bin'));
    bytes.writeUInt32LE(0x7f800001, 400);
    await replaceFile(bundle, 'weights.bin', bytes);
    const { source, manifest } = await open(bundle);
    await expect(loadEngine(source, manifest, { engine: 'tfjs', warn: () => undefined })).rejects.toMatchObject({
      code: 'damaged-bundle',
      message: expect.stringContaining('no number'),
    });
    expect(await freshcar(['publish', bundle, '--store', path.join(bundle, '../store')])).toMatchObject({ code: 1 });
  });
});

describe('forged directions are refused before they are served', () => {
  const direction = {
    name: 'warmth',
    title: 'Hue',
    ends: ['bluer', 'redder'],
    effects: { warmth: 1 },
    purity: 9,
    vector: new Array(16).fill(0.1),
  };
  const file = (...directions: object[]) => ({ format: 1, measuredWith: 100, directions });
  const vectorWith = (value: unknown) => file({ ...direction, vector: [value, ...direction.vector.slice(1)] });

  it.each<[string, string]>([
    ['no JSON', 'evil'],
    ['vectors of another length', JSON.stringify(file({ ...direction, vector: [1, 2, 3] }))],
    ['a step that is infinite as a 32-bit float', JSON.stringify(vectorWith(1e300))],
    ['a step that is no number', JSON.stringify(vectorWith(null))],
    ['an infinite step', JSON.stringify(vectorWith('INFINITE')).replace('"INFINITE"', '1e999')],
    ['an endless title', JSON.stringify(file({ ...direction, title: 'x'.repeat(1000) }))],
    ['a name that is none', JSON.stringify(file({ ...direction, name: '__proto__' }))],
    ['one twice', JSON.stringify(file(direction, direction))],
    ['something else beside', JSON.stringify(file({ ...direction, script: 'alert(1)' }))],
  ])('when they have %s', async (_, text) => {
    const folder = await temporaryFolder();
    const bundle = await writeRealBundle(folder, 'forged');
    await replaceFile(bundle, 'directions.json', Buffer.from(text));
    const store = path.join(folder, 'store');
    const refusal = { code: 1, err: expect.stringContaining('directions.json cannot be used') };
    expect(await freshcar(['publish', bundle, '--store', store])).toMatchObject(refusal);
    await cp(bundle, path.join(store, 'models/forged'), { recursive: true });
    expect(await freshcar(['promote', 'forged', '--store', store])).toMatchObject(refusal);
  });

  it('and honest ones are taken', async () => {
    const folder = await temporaryFolder();
    const bundle = await writeRealBundle(folder, 'forged');
    await replaceFile(bundle, 'directions.json', Buffer.from(JSON.stringify(file(direction))));
    expect(await freshcar(['publish', bundle, '--store', path.join(folder, 'store')])).toMatchObject({ code: 0 });
  });
});

describe('a forged index is refused before it is served', () => {
  it.each<[string, (index: Buffer) => Buffer]>([
    ['nothing in it', () => Buffer.alloc(0)],
    ['another length than it says', (index) => index.subarray(0, -1)],
    ['a header of gigabytes', (index) => Buffer.concat([Buffer.from([0, 0, 0, 0x7f]), index.subarray(4)])],
    [
      'axes that are no numbers',
      (index) => {
        const changed = Buffer.from(index);
        changed.writeUInt32LE(0x7fc00000, 4 + index.readUInt32LE(0));
        return changed;
      },
    ],
    [
      'a step that is a text',
      (index) =>
        Buffer.from(
          index.toString('latin1').replace(/"step":[\d.e-]+/, (all) => `"step":${'"9"'.padEnd(all.length - 7)}`),
          'latin1',
        ),
    ],
  ])('when it has %s', async (_, forge) => {
    const folder = await temporaryFolder();
    const bundle = await writeRealBundle(folder, 'forged');
    const honest = await readFile('model/pretrained/models/fronts-32-3/index.bin');
    await replaceFile(bundle, 'index.bin', forge(honest));
    expect(await freshcar(['publish', bundle, '--store', path.join(folder, 'store')])).toMatchObject({
      code: 1,
      err: expect.stringContaining('index.bin cannot be used'),
    });
    await replaceFile(bundle, 'index.bin', honest);
    expect(await freshcar(['publish', bundle, '--store', path.join(folder, 'store')])).toMatchObject({ code: 0 });
  });
});
