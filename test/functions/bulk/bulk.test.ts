import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { DeleteObjectCommand, GetObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { PNG } from 'pngjs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createBulk } from '../../../functions/bulk/bulk.ts';
import { drawSeeds } from '../../../model/draw.ts';
import { createOnnxEngine } from '../../../model/engine/onnx.ts';
import { sha256 } from '../../../model/files.ts';
import { defaultRetry } from '../../../model/store/retry.ts';
import { s3Source } from '../../../model/store/s3.ts';
import { writeOnceBucket } from '../../../model/store/write-once.ts';
import { temporaryFolder } from '../../model/store/bundle-fixture.ts';
import { refuse, type S3Fixture, startS3 } from '../../model/store/s3-server.ts';
import { needsVersitygw, startVersitygw, versitygw } from '../../model/store/versitygw.ts';
import { realBundleKeys, writeRealBundle } from '../generate/real-bundle.ts';

const retry = { ...defaultRetry, budget: 300, firstPause: 2 };

/** A function over a real S3 server with two models, of which `first` is served. */
async function start() {
  const keys = await realBundleKeys({ first: 32, second: 32 });
  const s3 = await startS3(
    new Map([...keys, ['models/current.json', Buffer.from('{"version":"first"}')]]),
    startVersitygw,
  );
  return { s3, bulk: functionOver(s3) };
}

/** Another copy of the function, which has loaded nothing yet. */
function functionOver(s3: S3Fixture) {
  return createBulk({
    models: s3Source({ client: s3.client, bucket: s3.bucket, retry }),
    cars: writeOnceBucket({ client: s3.client, bucket: s3.bucket, retry }),
    log: () => undefined,
    now: () => 0,
  });
}

const begunSchema = z.object({ destination: z.string(), plan: z.json(), items: z.string() });
const shardsSchema = z.array(z.object({ shard: z.number(), first: z.number(), count: z.number() }));
const request = { destination: 'cars/night/', count: 25, firstSeed: 100, shardSize: 10 };

async function read(s3: S3Fixture, key: string): Promise<Buffer> {
  const { Body } = await s3.client.send(new GetObjectCommand({ Bucket: s3.bucket, Key: key }));
  return Buffer.from((await Body?.transformToByteArray()) ?? []);
}

/** All steps, as the state machine takes them; stops at the first shard that fails. */
async function generate(s3: S3Fixture, bulk: ReturnType<typeof createBulk>, more: object = {}) {
  const { destination, plan, items } = begunSchema.parse(
    await bulk({ step: 'begin', request: { ...request, ...more } }),
  );
  const shards = shardsSchema.parse(JSON.parse((await read(s3, items)).toString()));
  const written: unknown[] = [];
  for (const shard of shards) written.push(await bulk({ step: 'shard', destination, plan, shard }));
  return { written, result: await bulk({ step: 'finish', destination }) };
}

/** Names and contents of an archive, read by its own headers. */
function untar(archive: Buffer): [string, Buffer][] {
  const files: [string, Buffer][] = [];
  for (let at = 0; archive[at] !== 0; ) {
    const name = archive.toString('latin1', at, at + 100).replace(/\0.*$/s, '');
    const size = Number.parseInt(archive.toString('latin1', at + 124, at + 135), 8);
    files.push([name, archive.subarray(at + 512, at + 512 + size)]);
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return files;
}

const shardPuts = (s3: S3Fixture) => s3.requests.filter((line) => /^PUT .*\.tar$/.test(line));

describe.skipIf(versitygw === undefined)(`a generation${needsVersitygw}`, () => {
  it('writes each car once, under its seed, as the service draws it', async () => {
    const { s3, bulk } = await start();
    const { result } = await generate(s3, bulk);
    const archives = ['cars-000000.tar', 'cars-000001.tar', 'cars-000002.tar'];
    const files = (await Promise.all(archives.map((name) => read(s3, `cars/night/${name}`)))).flatMap(untar);
    expect(files.map(([name]) => name)).toEqual(Array.from({ length: 25 }, (_, at) => `0000000${100 + at}.png`));
    const bundle = await writeRealBundle(await temporaryFolder(), 'first', 32, 1);
    const engine = await createOnnxEngine(await readFile(path.join(bundle, 'generator.onnx')), {
      latentSize: 16,
      imageSize: 32,
    });
    const [, png] = files[24] ?? [];
    const { data } = PNG.sync.read(png ?? Buffer.alloc(0));
    const colours = data.filter((_, at) => at % 4 !== 3);
    expect(Buffer.from(colours).equals(Buffer.from(await drawSeeds(engine, [124])))).toBe(true);
    await engine.dispose();
    expect(result).toMatchObject({
      manifest: `s3://${s3.bucket}/cars/night/manifest.json`,
      model: 'first',
      cars: 25,
      shards: 3,
    });
  });

  it('leaves a manifest with the seeds, size and SHA-256 of every file, which are true', async () => {
    const { s3, bulk } = await start();
    await generate(s3, bulk);
    const manifest = JSON.parse((await read(s3, 'cars/night/manifest.json')).toString());
    expect(manifest).toMatchObject({
      format: 1,
      wids_version: 1,
      count: 25,
      firstSeed: 100,
      model: { version: 'first' },
    });
    expect(manifest.shardlist).toMatchObject([
      { url: 'cars-000000.tar', firstSeed: 100, nsamples: 10 },
      { url: 'cars-000001.tar', firstSeed: 110, nsamples: 10 },
      { url: 'cars-000002.tar', firstSeed: 120, nsamples: 5 },
    ]);
    for (const { url, filesize, sha256 } of manifest.shardlist) {
      const bytes = await read(s3, `cars/night/${url}`);
      expect([bytes.length, createHash('sha256').update(bytes).digest('hex')]).toEqual([filesize, sha256]);
    }
  });

  it('goes on after a failure where it was, with the model it began with', async () => {
    const { s3, bulk } = await start();
    s3.fault = (incoming, outgoing) =>
      /000001\.tar/.test(incoming.url ?? '') &&
      incoming.method === 'PUT' &&
      refuse(503, 'SlowDown')(incoming, outgoing) === true;
    await expect(generate(s3, bulk)).rejects.toMatchObject({ name: 'TransientError' });
    await expect(bulk({ step: 'finish', destination: 'cars/night/' })).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringMatching(/^2 of 3 shards are missing in .* the first is cars-000001\.tar\. Start again/),
    });
    s3.fault = undefined;
    await s3.put('models/current.json', '{"version":"second"}');
    s3.requests.length = 0;
    const { written, result } = await generate(s3, functionOver(s3));
    expect(written).toMatchObject([{ written: false }, { written: true }, { written: true }]);
    expect(shardPuts(s3)).toEqual(['PUT cars/night/cars-000001.tar', 'PUT cars/night/cars-000002.tar']);
    expect(result).toMatchObject({ model: 'first' });
  });

  it('draws and writes nothing when it is started again after its end', async () => {
    const { s3, bulk } = await start();
    const once = await generate(s3, bulk);
    const { Contents: before } = await s3.client.send(new ListObjectsV2Command({ Bucket: s3.bucket }));
    s3.requests.length = 0;
    const again = await generate(s3, functionOver(s3));
    expect(again.result).toEqual(once.result);
    expect(s3.requests.filter((line) => /\.tar$/.test(line) && !line.startsWith('HEAD'))).toEqual([]);
    expect(s3.requests.filter((line) => line.includes('generator.onnx'))).toEqual([]);
    const { Contents: after } = await s3.client.send(new ListObjectsV2Command({ Bucket: s3.bucket }));
    expect(after).toEqual(before);
  });

  it('writes a shard once though several draw it at once, and though an answer is lost', async () => {
    const { s3, bulk } = await start();
    const { plan } = begunSchema.parse(await bulk({ step: 'begin', request }));
    const event = { step: 'shard', destination: 'cars/night/', plan, shard: { shard: 0, first: 100, count: 10 } };
    const several = await Promise.all([1, 2, 3, 4].map(() => functionOver(s3)(event)));
    expect(several.filter((file) => (file as { written: boolean }).written)).toHaveLength(1);
    expect(new Set(several.map((file) => (file as { sha256: string }).sha256)).size).toBe(1);
    let lost = 0;
    s3.fault = (incoming) => (incoming.method === 'PUT' && lost++ === 0 ? 'lost' : false);
    const other = { ...event, shard: { shard: 1, first: 110, count: 10 } };
    expect(await bulk(other)).toMatchObject({
      shard: 1,
      written: false,
      bytes: (await read(s3, 'cars/night/cars-000001.tar')).length,
    });
  });

  it('leaves what is not its own alone, and says so', async () => {
    const { s3, bulk } = await start();
    await s3.put('cars/night/cars-000001.tar', 'somebody else put this here');
    await expect(generate(s3, bulk)).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('cars-000001.tar is there but not of this generation'),
    });
    await expect(bulk({ step: 'begin', request: { ...request, count: 26, firstSeed: 0 } })).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringMatching(/plan\.json is of another generation: its count is 25, its firstSeed is 100\./),
    });
  });

  it.each(['shards.json', 'manifest.json'])(
    'does not take the %s of an earlier generation for its own',
    async (name) => {
      const { s3, bulk } = await start();
      await generate(s3, bulk);
      const left = await read(s3, `cars/night/${name}`);
      const gone = ['plan', 'shards', 'manifest'].map((file) => `${file}.json`).filter((file) => file !== name);
      for (const file of [...gone, 'cars-000000.tar', 'cars-000001.tar', 'cars-000002.tar'])
        await s3.client.send(new DeleteObjectCommand({ Bucket: s3.bucket, Key: `cars/night/${file}` }));
      await expect(generate(s3, bulk, { firstSeed: 0 })).rejects.toMatchObject({
        code: 'conflict',
        message: `s3://${s3.bucket}/cars/night/${name} is there but not of this generation; delete it, or choose another destination.`,
      });
      expect(await read(s3, `cars/night/${name}`)).toEqual(left);
    },
  );

  it.each([
    { shard: 0, first: 0, count: 10 },
    { shard: 2, first: 120, count: 10 },
    { shard: 3, first: 130, count: 10 },
  ])('refuses the shard %j, which is not one of the plan, and writes nothing', async (shard) => {
    const { s3, bulk } = await start();
    const { plan } = begunSchema.parse(await bulk({ step: 'begin', request }));
    await expect(bulk({ step: 'shard', destination: 'cars/night/', plan, shard })).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringMatching(
        /shards\.json is not of this generation: its plan has no shard \d of \d+ cars from seed \d+ on\./,
      ),
    });
    expect(shardPuts(s3)).toEqual([]);
  });

  it('draws the model that is asked for, and refuses one that is no longer what it was', async () => {
    const { s3, bulk } = await start();
    const { plan } = begunSchema.parse(await bulk({ step: 'begin', request: { ...request, model: 'second' } }));
    expect(plan).toMatchObject({ model: { version: 'second' } });
    const { plan: other } = begunSchema.parse(
      await bulk({ step: 'begin', request: { ...request, destination: 'other/' } }),
    );
    const swapped = { ...(other as object), model: { ...(other as { model: object }).model, version: 'second' } };
    const shard = { shard: 0, first: 100, count: 10 };
    await expect(bulk({ step: 'shard', destination: 'other/', plan: swapped, shard })).rejects.toMatchObject({
      code: 'damaged-bundle',
    });
    await expect(
      bulk({ step: 'begin', request: { ...request, destination: 'third/', model: 'none' } }),
    ).rejects.toMatchObject({
      code: 'not-found',
    });
    expect(s3.requests).not.toContain('PUT third/plan.json');
  });

  it('draws a model by its own measured spread, though another with the same graph was drawn before', async () => {
    const { s3, bulk } = await start();
    await s3.put('models/measured/generator.onnx', await read(s3, 'models/first/generator.onnx'));
    const manifest = JSON.parse((await read(s3, 'models/first/manifest.json')).toString());
    const latent = { scales: [0.25, 0.5], spreads: [0.5, 1] };
    await s3.put('models/measured/manifest.json', JSON.stringify({ ...manifest, version: 'measured', latent }));
    const asked = (destination: string, model: string) => ({ destination, model, truncation: 0.5, count: 10 });
    await generate(s3, bulk, asked('first/', 'first'));
    await generate(s3, bulk, asked('warm/', 'measured'));
    await generate(s3, functionOver(s3), asked('cold/', 'measured'));
    const hashOf = async (name: string) => sha256(await read(s3, `${name}/cars-000000.tar`));
    const [first, warm, cold] = await Promise.all(['first', 'warm', 'cold'].map(hashOf));
    expect(warm).toBe(cold);
    expect(warm).not.toBe(first);
  });

  it.each([
    [{ destination: '../models/' }, /destination/],
    [{ destination: 'cars' }, /destination/],
    [{ count: 1.5 }, /count/],
    [{ firstSeed: -1 }, /firstSeed/],
    [{ truncation: 2 }, /truncation/],
    [{ shards: 3 }, /shards/],
  ])('refuses %j in a sentence', async (wrong, sentence) => {
    const { bulk } = await start();
    await expect(bulk({ step: 'begin', request: { ...request, ...wrong } })).rejects.toMatchObject({
      code: 'invalid-input',
      message: expect.stringMatching(sentence),
    });
  });
});
