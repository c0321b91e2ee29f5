import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { openCandidate } from '../../../functions/promote/candidate.ts';
import { gateSchema } from '../../../functions/promote/gate.ts';
import { promote } from '../../../functions/promote/promote.ts';
import { generator } from '../../../model/architecture/dcgan.ts';
import { manifestSchema } from '../../../model/bundle/manifest.ts';
import { writeBundle } from '../../../model/bundle/write.ts';
import { promoteVersion } from '../../../model/store/promote.ts';
import { s3Store } from '../../../model/store/s3.ts';
import { temporaryFolder } from '../../model/store/bundle-fixture.ts';
import { refuse, startS3 } from '../../model/store/s3-server.ts';
import { writeRealBundle } from '../generate/real-bundle.ts';

const gate = gateSchema.parse({});

/** A bundle's files by name, with these scores in the manifest. */
async function filesOf(bundle: string, scores: Readonly<Record<string, number>>): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>();
  for (const name of await readdir(bundle)) files.set(name, await readFile(path.join(bundle, name)));
  const manifest = JSON.parse(files.get('manifest.json')?.toString() ?? '');
  files.set('manifest.json', Buffer.from(JSON.stringify({ ...manifest, scores })));
  return files;
}

const scores = (kid: number) => ({ kid, kidSpread: 0.01, copyingSuspicious: 0 });
const author = { at: '2026-11-28T13:00:00.000Z', by: 'the training line, candidates/run-1/' };

/** One S3 server with both buckets in one: a served model `old`, and a candidate `new` that a run left. */
async function start({ oldKid = 0.1, newKid = 0.05, candidate = 'noise' as 'noise' | 'plain' } = {}) {
  const folder = await temporaryFolder();
  const old = await filesOf(await writeRealBundle(folder, 'old', 32, 1), scores(oldKid));
  const made = candidate === 'noise' ? await writeRealBundle(folder, 'new', 32, 2) : await writePlainBundle(folder);
  const fresh = await filesOf(made, scores(newKid));
  const keys = new Map<string, Uint8Array>([['models/current.json', Buffer.from('{"version":"old"}')]]);
  for (const [name, bytes] of old) keys.set(`models/old/${name}`, bytes);
  for (const [name, bytes] of fresh) keys.set(`candidates/run-1/${name}`, bytes);
  const s3 = await startS3(keys);
  const store = s3Store({ client: s3.client, bucket: s3.bucket });
  const run = async () =>
    promote(await openCandidate(s3.client, s3.bucket, 'candidates/run-1/'), store, { gate, author });
  return { s3, store, run, fresh };
}

/** A model whose weights are all zero: every car is grey. */
async function writePlainBundle(folder: string): Promise<string> {
  const bundle = path.join(folder, 'new');
  const architecture = manifestSchema.shape.architecture.parse({ latentSize: 16, baseChannels: 16, channels: 16 });
  const weights = new Map(
    generator(architecture).weights.map(({ name, shape, initializer }) => {
      const size = shape.reduce((product, length) => product * length, 1);
      return [name, new Float32Array(size).fill(initializer === 'ones' ? 1 : 0)];
    }),
  );
  const code = { name: 'freshcar', version: '0.1.0' };
  await writeBundle(bundle, { about: { version: 'new', architecture, code }, weights });
  return bundle;
}

describe('promote', () => {
  it('has a better model served, and the old one remembered for a rollback', async () => {
    const { run, store, fresh } = await start();
    expect(await run()).toEqual({ passed: true, version: 'new', reason: expect.stringContaining('kid 0.05 of new') });
    expect((await store.readPointer())?.pointer).toEqual({
      version: 'new',
      previous: 'old',
      history: [{ ...author, did: 'promoted', version: 'new' }],
    });
    const manifest = await store.readManifest('new');
    expect(manifest.scores).toEqual(scores(0.05));
    for (const name of Object.keys(manifest.files))
      expect(Buffer.from(await store.readFile(manifest, name)).equals(fresh.get(name) ?? Buffer.alloc(0))).toBe(true);
  });

  it('leaves alone the alternates of the current model', async () => {
    const { run, store, s3 } = await start();
    await s3.put('models/current.json', '{"version":"old","previous":"older","alternates":["large"]}');
    await run();
    expect((await store.readPointer())?.pointer).toMatchObject({
      version: 'new',
      previous: 'old',
      alternates: ['large'],
    });
  });

  it('writes the manifest after the files, and the pointer last', async () => {
    const { run, s3 } = await start();
    await run();
    const writes = s3.requests.filter((request) => request.startsWith('PUT')).map((request) => request.slice(4));
    expect(writes.slice(-2)).toEqual(['models/new/manifest.json', 'models/current.json']);
    expect(writes.length).toBeGreaterThan(3);
  });

  it('keeps a worse model apart from those that are served, from where it can be promoted by hand', async () => {
    const { run, store, s3 } = await start({ newKid: 0.2 });
    expect(await run()).toMatchObject({ passed: false, reason: expect.stringContaining('Kept as a candidate') });
    expect((await store.readPointer())?.pointer).toEqual({ version: 'old' });
    const writes = s3.requests.filter((request) => request.startsWith('PUT'));
    expect(writes.length).toBeGreaterThan(3);
    expect(writes.every((request) => request.startsWith('PUT candidates/new/'))).toBe(true);
    await expect(store.readManifest('new')).rejects.toMatchObject({ code: 'not-found' });

    expect(await promoteVersion(store, 'new')).toEqual({ from: 'old', to: 'new' });
    const manifest = await store.readManifest('new');
    expect(await store.readFile(manifest, 'generator.onnx')).toHaveLength(manifest.files['generator.onnx']?.bytes ?? 0);
  });

  it('does not take a model that draws no cars, or that does not load', async () => {
    const plain = await start({ candidate: 'plain' });
    expect(await plain.run()).toMatchObject({ passed: false, reason: expect.stringContaining('plain pictures') });
    const damaged = await start();
    await damaged.s3.put('candidates/run-1/generator.onnx', 'broken');
    expect(await damaged.run()).toMatchObject({
      passed: false,
      reason: expect.stringContaining('generator.onnx is damaged'),
    });
    for (const { s3 } of [plain, damaged])
      expect(s3.requests.filter((request) => request.startsWith('PUT models/'))).toEqual([]);
  });

  it('does nothing to a model that is served already', async () => {
    const { run, s3 } = await start();
    await run();
    s3.requests.length = 0;
    expect(await run()).toMatchObject({ passed: true, reason: expect.stringContaining('served already') });
    expect(s3.requests).not.toContain('PUT models/current.json');
  });

  it('writes only over what it has seen, and fails when somebody else was quicker', async () => {
    const { run, s3 } = await start();
    const conditions: unknown[] = [];
    s3.fault = (incoming, outgoing) => {
      if (incoming.method !== 'PUT') return false;
      conditions.push(incoming.headers['if-none-match'] ?? incoming.headers['if-match']);
      return (incoming.url ?? '').includes('current.json') && refuse(412, 'PreconditionFailed')(incoming, outgoing);
    };
    await expect(run()).rejects.toMatchObject({ code: 'conflict' });
    expect(conditions.slice(0, -1).every((condition) => condition === '*')).toBe(true);
    expect(conditions.at(-1)).toMatch(/^"[0-9a-f]+"$/);
  });

  it('says which object is missing when there is no candidate', async () => {
    const { s3 } = await start();
    await expect(openCandidate(s3.client, s3.bucket, 'candidates/none/')).rejects.toMatchObject({
      code: 'not-found',
      message: expect.stringContaining('candidates/none/manifest.json'),
    });
  });
});
