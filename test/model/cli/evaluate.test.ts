import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PNG } from 'pngjs';
import { beforeEach, describe, expect, it } from 'vitest';
import { featureNetwork } from '../../../model/architecture/feature-network.ts';
import { exportFeaturesOnnx } from '../../../model/bundle/onnx-features.ts';
import { parseManifest } from '../../../model/bundle/read.ts';
import { formatProvenance, type Provenance } from '../../../model/dataset/provenance.ts';
import { createOnnxEngine } from '../../../model/engine/onnx.ts';
import { sha256 } from '../../../model/files.ts';
import { latentsFromSeeds } from '../../../model/latent.ts';
import { randomFromSeed } from '../../../model/random.ts';
import { initialWeights } from '../../../model/training/step/weights.ts';
import { writeRealBundle } from '../../functions/generate/real-bundle.ts';
import { blots, writeNpy } from '../../support/packed-pictures.ts';
import { freshcar } from '../../support/terminal.ts';
import { temporaryFolder } from '../store/bundle-fixture.ts';

/** Random weights see enough: they tell blots from what an untrained generator draws. */
const features = exportFeaturesOnnx(featureNetwork, initialWeights(featureNetwork, randomFromSeed(5)));

let folder: string;
let bundle: string;
const file = (name: string) => join(folder, name);

beforeEach(async () => {
  folder = await temporaryFolder();
  bundle = await writeRealBundle(folder, 'noise');
  await writeFile(file('features.onnx'), features);
  await writeNpy(file('real.npy'), blots(40, 32, 1));
  await writeNpy(file('train.npy'), blots(60, 32, 2));
});

function provenance(sha: string, pictures: string[]): Provenance {
  return {
    format: 1,
    count: pictures.length,
    imageSize: 32,
    sha256: sha,
    source: { kind: 'folder', name: 'real', pictures: pictures.length, notes: {} },
    options: {},
    unreadable: [],
    duplicates: [],
    pictures,
    code: { name: 'freshcar', version: '0.1.0' },
  };
}

const evaluate = (...flags: readonly string[]) =>
  freshcar('evaluate', '--model', bundle, '--data', file('real.npy'), '--features', file('features.onnx'), ...flags);

const readJson = async (name: string) => JSON.parse(await readFile(file(name), 'utf8'));

/** The first cars of the bundle, as the engine draws them. */
async function draw(count: number): Promise<Uint8Array> {
  const onnx = await readFile(join(bundle, 'generator.onnx'));
  const engine = await createOnnxEngine(onnx, { latentSize: 16, imageSize: 32 });
  return engine.draw(
    latentsFromSeeds(
      Array.from({ length: count }, (_, seed) => seed),
      16,
    ),
  );
}

describe('freshcar evaluate', () => {
  it('tells people a table, and programs all that one must know to compare the numbers', async () => {
    const { code, out, err } = await evaluate('--count', '64', '--train', file('train.npy'), '--json', file('s.json'));
    expect({ code, err }).toEqual({ code: 0, err: '' });
    for (const word of ['FID', 'KID', 'precision', 'recall', 'Copies', 'features.onnx', sha256(features)])
      expect(out).toContain(word);
    expect(out).not.toMatch(/inception/i);
    const json = await readJson('s.json');
    expect(json).toMatchObject({
      format: 1,
      model: { version: 'noise' },
      protocol: null,
      cars: { count: 64, firstSeed: 0, truncation: 1 },
      features: { name: 'features.onnx', sha256: sha256(features), size: 128 },
      data: { name: 'real.npy', images: 40, sha256: sha256(await readFile(file('real.npy'))) },
      training: { name: 'train.npy', images: 60 },
      floorOf: 'training',
    });
    // Noise is not blots; blots are.
    expect(json.scores.kid).toBeGreaterThan(5 * Math.abs(json.floor.kid));
    expect(json.scores.fid).toBeGreaterThan(json.floor.fid);
    expect(json.floor.precision).toBeGreaterThan(json.scores.precision);
    expect(json.copying.closest).toHaveLength(12);
  });

  it('finds the floor for a generator that draws the real pictures themselves', async () => {
    await writeNpy(file('real.npy'), await draw(48));
    const { code } = await evaluate('--count', '48', '--json', file('s.json'));
    expect(code).toBe(0);
    const { scores, floorOf, copying } = await readJson('s.json');
    expect(scores.fid).toBeCloseTo(0, 3);
    expect(scores).toMatchObject({ precision: 1, recall: 1 });
    expect({ floorOf, copying }).toEqual({ floorOf: 'halves', copying: null });
  });

  it('says how much of each folder is drawn, where the pictures tell their folders', async () => {
    const cars = await draw(20);
    // The model's own cars, every one of which is drawn, and blots, none of which is.
    await writeNpy(file('real.npy'), Buffer.concat([cars, blots(20, 32, 1)]));
    const pictures = Array.from({ length: 40 }, (_, at) => `${at < 20 ? 'own' : 'blots'}/${at}.png`);
    await writeFile(
      file('real.json'),
      formatProvenance(provenance(sha256(await readFile(file('real.npy'))), pictures)),
    );
    const { out } = await evaluate('--count', '40', '--json', file('s.json'));
    expect(out).toContain('Recall by folder of the real pictures: own 1.000 of 20, blots 0.000 of 20.');
    expect((await readJson('s.json')).folders).toEqual([
      { folder: 'own', pictures: 20, recall: 1 },
      { folder: 'blots', pictures: 20, recall: 0 },
    ]);
  });

  it('finds copies, also of mirror images, and shows them beside what they copy', async () => {
    const cars = await draw(20);
    const mirror = cars.map((_, at) => cars[at + 3 * (31 - 2 * (Math.floor(at / 3) % 32))] as number);
    const train = Buffer.concat([blots(30, 32, 2), mirror.subarray(7 * 3072, 8 * 3072)]);
    await writeNpy(file('train.npy'), train);
    const flags = ['--train', file('train.npy'), '--pairs', file('pairs.png'), '--json', file('s.json')];
    expect((await evaluate('--count', '20', ...flags)).code).toBe(0);
    const { copying } = await readJson('s.json');
    expect(copying.closest[0]).toMatchObject({ seed: 7, training: 30, mirrored: true });
    expect(copying.smallestRatio).toBeCloseTo(0, 3);
    expect(copying.suspicious).toBeGreaterThanOrEqual(1);

    const png = PNG.sync.read(await readFile(file('pairs.png')));
    // Twelve pairs, four in a row, each picture drawn three times as large, 4 pixels between.
    expect([png.width, png.height]).toEqual([8 * 100 - 4, 3 * 100 - 4]);
    const pixel = (x: number, y: number) => [
      ...png.data.subarray(4 * (y * png.width + x), 4 * (y * png.width + x) + 3),
    ];
    for (const [x, y] of [
      [1, 1],
      [40, 50],
      [94, 94],
    ] as const)
      expect(pixel(x, y)).toEqual(pixel(100 + x, y));
  });

  it('saves the scores of the protocol into the manifest, and nothing else changes', { timeout: 180_000 }, async () => {
    const before = parseManifest(await readFile(join(bundle, 'manifest.json')), bundle);
    const { code } = await evaluate('--save', '--train', file('train.npy'), '--json', file('s.json'));
    expect(code).toBe(0);
    const { scores, evaluation, latent, ...rest } = parseManifest(
      await readFile(join(bundle, 'manifest.json')),
      bundle,
    );
    const { scores: _, ...old } = before;
    expect(rest).toEqual(old);
    const json = await readJson('s.json');
    expect(json.protocol).toBe(2);
    expect(scores).toMatchObject({
      ...json.scores,
      kidFloor: json.floor.kid,
      copyingMedianRatio: json.copying.medianRatio,
    });
    expect(evaluation).toEqual({
      protocol: 2,
      features: { name: 'features.onnx', sha256: sha256(features) },
      data: json.data,
    });
    expect(latent?.scales).toEqual([0.25, 0.5, 0.75, 1, 1.25, 1.5]);
    expect(latent?.spreads[3]).toBe(1);
    expect(latent?.spreads[0]).toBeLessThan(1);
    expect((await readdir(bundle)).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it('looks through the shipped features unless others are named', async () => {
    const flags = ['--model', bundle, '--data', file('real.npy'), '--count', '16', '--json', file('s.json')];
    expect((await freshcar('evaluate', ...flags)).code).toBe(0);
    const shipped = sha256(await readFile('model/evaluation/features/features.onnx'));
    expect((await readJson('s.json')).features).toEqual({ name: 'features.onnx', sha256: shipped, size: 128 });
  });

  it('gives the same numbers again', async () => {
    await evaluate('--count', '32', '--json', file('one.json'));
    await evaluate('--count', '32', '--json', file('two.json'));
    expect(await readFile(file('one.json'), 'utf8')).toBe(await readFile(file('two.json'), 'utf8'));
  });

  it('measures cars against pictures of another size', async () => {
    await writeNpy(file('real.npy'), blots(20, 64, 1), 64);
    expect((await evaluate('--count', '16', '--json', file('s.json'))).code).toBe(0);
    expect((await readJson('s.json')).data.images).toBe(20);
  });

  it('warns when the model was trained on the pictures that it is measured with', async () => {
    const path = join(bundle, 'manifest.json');
    const manifest = JSON.parse(await readFile(path, 'utf8'));
    const data = (name: string, hash: string) => ({ name, images: 40, sha256: hash });
    const trainedOn = async (hash: string) => writeFile(path, JSON.stringify({ ...manifest, data: data('x', hash) }));
    await trainedOn(sha256(await readFile(file('real.npy'))));
    expect((await evaluate('--count', '16')).err).toContain('trained on these very pictures');
    await trainedOn('a'.repeat(64));
    expect((await evaluate('--count', '16', '--train', file('train.npy'))).err).toContain('trained on other pictures');
  });

  it('says so when the model was trained on the whole set that the held-out pictures are a part of', async () => {
    const path = join(bundle, 'manifest.json');
    await writeNpy(file('all.npy'), blots(200, 32, 1));
    // What is no file of this program's is not replaced.
    await rm(file('real.npy'));
    const parts = ['--out-train', file('part.npy'), '--out-held-out', file('real.npy')];
    expect((await freshcar('dataset', 'split', file('all.npy'), ...parts)).code).toBe(0);
    const whole = { name: 'all', images: 200, sha256: sha256(await readFile(file('all.npy'))) };
    await writeFile(path, JSON.stringify({ ...JSON.parse(await readFile(path, 'utf8')), data: whole }));
    const { code, err } = await evaluate('--count', '16', '--train', file('part.npy'));
    expect({ code, err }).toEqual({ code: 0, err: expect.stringContaining('trained on the whole set') });
  });

  it('saves no scores where training pictures are measured with, and warns where none are to be saved', async () => {
    const shared = blots(60, 32, 2).subarray(0, 10 * 3072);
    await writeNpy(file('real.npy'), Buffer.concat([blots(30, 32, 1), shared]));
    const before = await readFile(join(bundle, 'manifest.json'), 'utf8');
    const flags = ['--train', file('train.npy')];
    const refused = await evaluate('--save', ...flags);
    expect(refused.code).toBe(2);
    expect(refused.err).toMatch(/10 of the 40 pictures of --data are in --train too.* no scores are saved/);
    expect(await readFile(join(bundle, 'manifest.json'), 'utf8')).toBe(before);
    const warned = await evaluate('--count', '16', ...flags);
    expect({ code: warned.code, err: warned.err }).toEqual({
      code: 0,
      err: 'warning: 10 of the 40 pictures of --data are in --train too, so the model scores better than it is.\n',
    });
    await writeNpy(file('real.npy'), blots(60, 32, 2).subarray(0, 40 * 3072));
    expect((await evaluate('--count', '16', ...flags)).code).toBe(2);
  });

  it('tells the numbers even where they cannot be written', async () => {
    const { code, out, err } = await evaluate('--count', '16', '--json', join(file('real.npy'), 's.json'));
    expect(code).toBe(1);
    expect(out).toContain('KID');
    expect(err).toMatch(/^error: Could not write .*s\.json/m);
  });

  it.each<[string, readonly string[], RegExp]>([
    ['pairs without training pictures', ['--pairs', 'x.png'], /--pairs .* --train/],
    ['to save what is not of the protocol', ['--save', '--count', '64'], /Only scores of the protocol are saved/],
    ['an unknown range', ['--range', '0..2'], /0\.\.255/],
    ['fewer cars than can be measured', ['--count', '3'], /from 16/],
  ])('refuses %s', async (_, flags, sentence) => {
    const { code, err } = await evaluate(...flags);
    expect(code).toBe(2);
    expect(err).toMatch(sentence);
  });

  it('refuses too few real pictures', async () => {
    await writeNpy(file('real.npy'), blots(15));
    const { code, err } = await evaluate('--count', '16');
    expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining('15 real pictures are too few') });
  });

  it('does not touch the models of a store', async () => {
    const store = file('store');
    await mkdir(join(store, 'models'), { recursive: true });
    await rename(bundle, join(store, 'models/noise'));
    await writeFile(join(store, 'models/current.json'), '{"version":"noise"}');
    bundle = store;
    const before = await readFile(join(store, 'models/noise/manifest.json'), 'utf8');
    const { code, err } = await evaluate('--save');
    expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining('is a store, whose models never change') });
    expect(await readFile(join(store, 'models/noise/manifest.json'), 'utf8')).toBe(before);
  });
});
