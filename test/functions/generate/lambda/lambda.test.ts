import { PNG } from 'pngjs';
import { describe, expect, it } from 'vitest';
import { createApp } from '../../../../functions/generate/http/app.ts';
import type { HttpResult } from '../../../../functions/generate/lambda/http-event.ts';
import { createLambdaHandler } from '../../../../functions/generate/lambda/lambda.ts';
import { loadModel } from '../../../../functions/generate/models/load-model.ts';
import { createModelRegistry } from '../../../../functions/generate/models/model-registry.ts';
import { s3Source } from '../../../../model/store/s3.ts';
import { startS3 } from '../../../model/store/s3-server.ts';
import { httpEvent, invocation } from '../../../support/lambda-events.ts';
import { emptyPage, recordedLog } from '../fixtures.ts';
import { realBundleKeys } from '../real-bundle.ts';

/** The function as AWS runs it, but for its environment: a real bundle in a real S3 server, and ONNX Runtime. */
async function start() {
  const s3 = await startS3(await realBundleKeys({ small: 32, large: 64 }));
  await s3.put('models/current.json', '{"version":"small"}');
  s3.requests.length = 0;
  const { log, lines } = recordedLog();
  const source = s3Source({ client: s3.client, bucket: s3.bucket, timeout: 3000 });
  const world = { time: 0 };
  const load = (version: string) => loadModel(source, version);
  const model = createModelRegistry({ source, load, log, now: () => world.time });
  let seed = 7;
  const run = createLambdaHandler({
    app: createApp({ model, log, page: emptyPage, freshSeed: () => seed++ }),
    model,
  });
  const handler = (event: unknown, context = invocation) => run(event, context);
  const get = async (at: string, query = '') => (await handler(httpEvent(at, { query }))) as HttpResult;
  return { s3, handler, get, lines, world };
}

describe('the Lambda function', () => {
  it('answers an HTTP API event with a PNG in base64; the second call makes no S3 request', async () => {
    const { s3, get } = await start();
    const first = await get('/car.png');
    expect(first).toMatchObject({ statusCode: 200, isBase64Encoded: true });
    expect(first.headers).toMatchObject({
      'content-type': 'image/png',
      'cache-control': 'no-store',
      'x-car-seed': '7',
      'x-model-version': 'small',
    });
    expect(PNG.sync.read(Buffer.from(first.body, 'base64'))).toMatchObject({ width: 32, height: 32, colorType: 2 });
    expect(s3.requests).toEqual([
      'GET models/current.json',
      'GET models/small/manifest.json',
      'GET models/small/generator.onnx',
    ]);
    const second = await get('/car.png');
    expect(second.body).not.toBe(first.body);
    expect(s3.requests).toHaveLength(3);
    expect((await get('/cars/7.png')).body).toBe(first.body);
  });

  it('answers errors as text', async () => {
    const { get } = await start();
    const result = await get('/cars/x.png');
    expect(result).toMatchObject({ statusCode: 400, isBase64Encoded: false });
    expect(JSON.parse(result.body)).toMatchObject({ status: 400, parameter: 'seed' });
  });

  it.each([{ warmup: true }, { source: 'aws.scheduler', 'detail-type': 'Scheduled Event', detail: {} }])(
    'loads the model for %j and answers without HTTP',
    async (event) => {
      const { s3, handler } = await start();
      expect(await handler(event)).toEqual({ warm: true, version: 'small' });
      expect(s3.requests).toHaveLength(3);
      expect(await handler(event)).toEqual({ warm: true, version: 'small' });
      expect(s3.requests).toHaveLength(3);
    },
  );

  it('loads at a warm-up the alternates too, so that the page’s first visitor waits for neither', async () => {
    const { s3, handler, get } = await start();
    await s3.put('models/current.json', '{"version":"small","alternates":["large"]}');
    s3.requests.length = 0;
    expect(await handler({ warmup: true })).toEqual({ warm: true, version: 'small' });
    expect(s3.requests).toContain('GET models/large/generator.onnx');
    s3.requests.length = 0;
    expect((await get('/models')).body).toContain('"large"');
    const { body } = await get('/models/large/cars/1.png');
    expect(PNG.sync.read(Buffer.from(body, 'base64'))).toMatchObject({ width: 64, height: 64 });
    expect(s3.requests).toEqual([]);
  });

  it('is warm although an alternate is damaged, says so in the log, and tries again', async () => {
    const { s3, handler, get, lines, world } = await start();
    const keys = await realBundleKeys({ small: 32, large: 64 });
    await s3.put('models/current.json', '{"version":"small","alternates":["large"]}');
    await s3.put('models/large/generator.onnx', 'broken');
    expect(await handler({ warmup: true })).toEqual({ warm: true, version: 'small' });
    expect(lines.filter(({ level }) => level === 'error')).toMatchObject([
      { version: 'large', code: 'damaged-bundle', reason: expect.stringContaining('models/large/generator.onnx') },
    ]);
    expect((await get('/car.png')).statusCode).toBe(200);
    await s3.put('models/large/generator.onnx', keys.get('models/large/generator.onnx') ?? '');
    world.time = 60_000;
    await handler({ warmup: true });
    expect((await get('/models/large/car.png')).statusCode).toBe(200);
  });

  it('is warm before the platform gives up, and has what was slow to load for a later call', async () => {
    const { s3, handler, get, lines } = await start();
    await s3.put('models/current.json', '{"version":"small","alternates":["large"]}');
    s3.fault = (incoming) => incoming.url?.includes('large/generator.onnx') === true;
    const hurried = { ...invocation, getRemainingTimeInMillis: () => 520 };
    expect(await handler({ warmup: true }, hurried)).toEqual({ warm: true, version: 'small' });
    // The load was not given up: that would have been an error.
    expect(lines.filter(({ level }) => level === 'error')).toEqual([]);
    s3.fault = undefined;
    expect((await get('/models/large/car.png')).statusCode).toBe(200);
  });

  it('is busy for as long as a warm-up asks, so that pings at once reach as many copies', async () => {
    const { handler } = await start();
    await handler({ warmup: true });
    const begin = performance.now();
    expect(await handler({ warmup: true, hold: 200 })).toEqual({ warm: true, version: 'small' });
    // Timers may fire a fraction of a millisecond early.
    expect(performance.now() - begin).toBeGreaterThan(198);
  });

  it('follows the pointer at a warm-up, to another size too', async () => {
    const { s3, handler, get, world } = await start();
    await handler({ warmup: true });
    await s3.put('models/current.json', '{"version":"large","previous":"small"}');
    world.time = 180_000;
    expect(await handler({ warmup: true })).toEqual({ warm: true, version: 'large' });
    const { body } = await get('/cars/1.png');
    expect(PNG.sync.read(Buffer.from(body, 'base64'))).toMatchObject({ width: 64, height: 64 });
  });

  it('answers before the platform gives up, and has the model for the next call', async () => {
    const { s3, handler, get } = await start();
    s3.fault = () => true;
    const hurried = { ...invocation, getRemainingTimeInMillis: () => 520 };
    const result = (await handler(httpEvent('/car.png'), hurried)) as HttpResult;
    expect(result.statusCode).toBe(503);
    expect(JSON.parse(result.body)).toMatchObject({ code: 'timeout' });
    s3.fault = undefined;
    expect((await get('/car.png')).statusCode).toBe(200);
  });

  it('is unavailable while a file is damaged, says which in the log, and works again once it is mended', async () => {
    const { s3, get, lines } = await start();
    const keys = await realBundleKeys({ small: 32 });
    await s3.put('models/small/generator.onnx', 'broken');
    const result = await get('/car.png');
    expect(result).toMatchObject({ statusCode: 503, isBase64Encoded: false });
    expect(lines).toMatchObject([
      { level: 'error', code: 'damaged-bundle', reason: expect.stringContaining('models/small/generator.onnx') },
    ]);
    await s3.put('models/small/generator.onnx', keys.get('models/small/generator.onnx') ?? '');
    expect((await get('/car.png')).statusCode).toBe(200);
  });
});
