import { describe, expect, it } from 'vitest';
import { createApp } from '../../../../functions/generate/http/app.ts';
import { loadModel } from '../../../../functions/generate/models/load-model.ts';
import { createModelRegistry } from '../../../../functions/generate/models/model-registry.ts';
import { defaultRetry } from '../../../../model/store/retry.ts';
import { s3Source } from '../../../../model/store/s3.ts';
import { type Fault, refuse, type S3Fixture, startS3 } from '../../../model/store/s3-server.ts';
import { emptyPage, problemOf, recordedLog } from '../fixtures.ts';
import { realBundleKeys } from '../real-bundle.ts';

let keys: ReturnType<typeof realBundleKeys> | undefined;

/** The service over a real S3 server with two real models, of which `old` is current. */
async function start({ timeout = 10_000 } = {}) {
  keys ??= realBundleKeys({ old: 32, new: 32 });
  const s3 = await startS3(await keys);
  await s3.put('models/current.json', '{"version":"old"}');
  const { log, lines } = recordedLog();
  const retry = { ...defaultRetry, budget: 150, firstPause: 2 };
  const patient = s3Source({ client: s3.client, bucket: s3.bucket, timeout: 10_000, retry });
  const hurried = s3Source({ client: s3.client, bucket: s3.bucket, timeout, retry });
  /** In a hurry only as long as there is a fault, so that a busy machine's slowness is no second one. */
  const source = () => (s3.fault ? hurried : patient);
  const world = { time: 0 };
  const load = (version: string) => loadModel(source(), version);
  const model = createModelRegistry({
    source: {
      readPointer: (etag) => source().readPointer(etag),
      readManifest: (version) => source().readManifest(version),
    },
    load,
    log,
    now: () => world.time,
    checkEvery: 1,
  });
  const app = createApp({ model, log, page: emptyPage, freshSeed: () => 7 });
  /** Has the pointer looked at, as a warm-up does. */
  const look = async () => {
    world.time += 1;
    await model.refresh();
  };
  return { s3, model, lines, look, get: async (path: string) => app.request(path) };
}

// Shorter than any of the objects: what is longer than the manifest says is not read at all.
const cutOff: Fault = (_, outgoing) => {
  outgoing.writeHead(200, { 'Content-Length': '1000' });
  outgoing.write('{"ver', () => outgoing.destroy());
  return true;
};
const stalled: Fault = (_, outgoing) => {
  outgoing.writeHead(200, { 'Content-Length': '1000' });
  outgoing.write('{"ver');
  return true;
};
const wrongBytes: Fault = (_, outgoing) => {
  outgoing.end('these bytes are of another file');
  return true;
};
/** Only requests of this key meet the fault. */
const only =
  (key: string, fault: Fault): Fault =>
  (incoming, outgoing) =>
    incoming.url?.includes(key) === true && fault(incoming, outgoing);

/** What goes wrong, by the object that it happens to; `reason` is what the operator reads. */
const objects = ['current.json', 'manifest.json', 'generator.onnx'];
const faults = [
  { fault: 'slow', timeout: 100, act: stalled, reason: /could not be read within 100 ms/ },
  { fault: 'silent', timeout: 100, act: () => true, reason: /could not be read within 100 ms/ },
  { fault: 'cut off', act: cutOff, reason: /could not be read: / },
  { fault: 'answered by 503', act: refuse(503, 'SlowDown'), reason: /SlowDown \(503\)/ },
  { fault: 'denied', act: refuse(403, 'AccessDenied'), reason: /denied.*s3:GetObject.*s3:ListBucket/ },
  { fault: 'missing', act: refuse(404, 'NoSuchKey'), reason: /There is no s3:/ },
  { fault: 'of wrong bytes', act: wrongBytes, reason: /no JSON|is damaged/ },
] satisfies { fault: string; act: Fault; reason: RegExp; timeout?: number }[];
const cases = objects.flatMap((object) => faults.map((fault) => ({ object, ...fault })));

const versionOf = (response: Response) => response.headers.get('X-Model-Version');

describe('a first load that finds', () => {
  it.each(cases)(
    '$object $fault answers 503, and works again without a restart',
    async ({ object, act, reason, timeout }) => {
      const { s3, get, lines } = await start({ timeout });
      s3.fault = only(object, act);
      const response = await get('/car.png');
      expect(response.status).toBe(503);
      expect(response.headers.get('Retry-After')).toBe('5');
      expect((await problemOf(response)).detail).not.toContain('s3:');
      expect(lines).toMatchObject([{ level: 'error', reason: expect.stringMatching(reason) }]);
      s3.fault = undefined;
      expect((await get('/car.png')).status).toBe(200);
    },
  );

  it('the pointer to nowhere answers 503, and follows once it is promoted right', async () => {
    const { s3, get, lines } = await start();
    await s3.put('models/current.json', '{"version":"nowhere"}');
    expect((await get('/health')).status).toBe(503);
    expect(lines).toMatchObject([{ reason: expect.stringContaining('models/nowhere/manifest.json') }]);
    await s3.put('models/current.json', '{"version":"new"}');
    expect(versionOf(await get('/car.png'))).toBe('new');
  });
});

describe('a swap that finds', () => {
  const promote = (s3: S3Fixture) => s3.put('models/current.json', '{"version":"new","previous":"old"}');

  it.each(cases)(
    '$object $fault keeps the old cars flowing, and is made up for',
    async ({ object, act, reason, timeout }) => {
      const { s3, get, lines, look, model } = await start({ timeout });
      expect(versionOf(await get('/car.png'))).toBe('old');
      const before = await (await get('/cars/7.png')).arrayBuffer();
      await promote(s3);
      s3.fault = only(object, act);
      await look();
      const during = await get('/cars/7.png');
      expect([during.status, versionOf(during)]).toEqual([200, 'old']);
      expect(Buffer.from(await during.arrayBuffer()).equals(Buffer.from(before))).toBe(true);
      expect(model.counts).toMatchObject({ refusedSwaps: 1, swaps: 0 });
      expect(lines.at(-1)).toMatchObject({ level: 'error', reason: expect.stringMatching(reason) });
      s3.fault = undefined;
      await look();
      expect(versionOf(await get('/cars/7.png'))).toBe('new');
      expect(model.counts).toMatchObject({ refusedSwaps: 1, swaps: 1 });
    },
  );

  it('the pointer to nowhere keeps the old cars flowing, and a rollback is followed', async () => {
    const { s3, get, look, model } = await start();
    await get('/car.png');
    await s3.put('models/current.json', '{"version":"nowhere","previous":"old"}');
    await look();
    expect(versionOf(await get('/car.png'))).toBe('old');
    expect(model.counts.refusedSwaps).toBe(1);
    await s3.put('models/current.json', '{"version":"old","previous":"nowhere"}');
    await look();
    expect(versionOf(await get('/car.png'))).toBe('old');
    expect(model.counts.refusedSwaps).toBe(1);
  });
});

describe('a model asked for by name', () => {
  it('that is denied, as a bucket that may not be listed answers what it does not have, is not found', async () => {
    const { s3, get } = await start();
    await s3.put('models/current.json', '{"version":"old","previous":"made-up"}');
    s3.fault = only('made-up', refuse(403, 'AccessDenied'));
    const response = await get('/models/made-up/car.png');
    expect(response.status).toBe(404);
    expect((await problemOf(response)).detail).toBe('There is no model "made-up".');
  });

  it.each(faults.filter(({ fault }) => !['denied', 'missing'].includes(fault)))(
    'whose manifest is $fault answers 503, and works later',
    async ({ act, timeout }) => {
      const { s3, get } = await start({ timeout });
      await s3.put('models/current.json', '{"version":"old","previous":"new"}');
      s3.fault = only('new/manifest.json', act);
      expect((await get('/models/new/car.png')).status).toBe(503);
      expect((await get('/car.png')).status).toBe(200);
      s3.fault = undefined;
      expect(versionOf(await get('/models/new/car.png'))).toBe('new');
    },
  );
});
