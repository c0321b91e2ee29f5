import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { PNG } from 'pngjs';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { writeRealBundle } from '../functions/generate/real-bundle.ts';
import { temporaryFolder } from '../model/store/bundle-fixture.ts';
import { httpEvent } from '../support/lambda-events.ts';
import { loadFunction, runFunction, runtimeClient, startStore } from './built-function.ts';
import { buildOnce } from './lambda-output.ts';

let built: Awaited<ReturnType<typeof buildOnce>>;
beforeAll(async () => {
  built = await buildOnce();
});
afterAll(() => built.remove());

const loading = ['GET models/current.json', 'GET models/noise/manifest.json', 'GET models/noise/generator.onnx'];
const freshCar = {
  statusCode: 200,
  isBase64Encoded: true,
  headers: { 'content-type': 'image/png', 'cache-control': 'no-store', 'x-model-version': 'noise' },
};
const pictureOf = ({ body }: { body: string }) => PNG.sync.read(Buffer.from(body, 'base64'));

describe('the built function, loaded by Node', () => {
  it('answers an HTTP API event with a PNG in base64; the second call makes no S3 request', async () => {
    const { s3, environment } = await startStore();
    const invoke = await loadFunction(built.asset.folder, environment);
    const first = await invoke(httpEvent('/car.png'));
    expect(first).toMatchObject(freshCar);
    expect(pictureOf(first)).toMatchObject({ width: 32, height: 32 });
    expect(s3.requests).toEqual(loading);
    const second = await invoke(httpEvent('/car.png'));
    expect(second).toMatchObject(freshCar);
    expect(second.body).not.toBe(first.body);
    expect(s3.requests).toHaveLength(loading.length);
    const page = await invoke(httpEvent('/'));
    expect(page).toMatchObject({ statusCode: 200, isBase64Encoded: false });
    expect(page.body).toContain('<!doctype html>');
  });

  it.each([
    // What zod would do for each of its schemas.
    ['compiles no code', 'globalThis.Function = new Proxy(Function, { construct: () => process.exit(7) });'],
    [
      "loads no HTTP client of Node's",
      "for (const name of ['fetch', 'Request', 'Response', 'Headers', 'FormData'])" +
        'Object.defineProperty(globalThis, name, { get: () => process.exit(7), configurable: true });',
    ],
  ])('%s on its way to a car', async (_, refuse) => {
    const { environment } = await startStore();
    // What does it ends the process.
    const strict = `--import=data:text/javascript,${encodeURIComponent(refuse)}`;
    const invoke = await loadFunction(built.asset.folder, { ...environment, NODE_OPTIONS: strict });
    expect(await invoke(httpEvent('/car.png'))).toMatchObject(freshCar);
  });
});

describe('the built promotion, loaded by Node', () => {
  it('publishes the candidate that a training left, and keeps it from being served before it was measured', async () => {
    const promotion = await buildOnce('promote');
    onTestFinished(promotion.remove);
    expect(promotion.asset.packages).toEqual(['onnxruntime-node']);
    expect(readdirSync(promotion.asset.folder).sort()).toEqual(['chunks', 'handler.mjs', 'node_modules']);
    const { s3, environment } = await startStore();
    const bundle = await writeRealBundle(await temporaryFolder(), 'better', 32, 2);
    for (const name of readdirSync(bundle))
      await s3.put(`candidates/run-1/${name}`, await readFile(path.join(bundle, name)));
    const invoke = await loadFunction(promotion.asset.folder, {
      ...environment,
      CANDIDATE_BUCKET: s3.bucket,
      // This server is older than the SDK's default checksums.
      AWS_REQUEST_CHECKSUM_CALCULATION: 'WHEN_REQUIRED',
    });
    expect(await invoke({ candidate: 'candidates/run-1/', gate: {} })).toEqual({
      passed: false,
      version: 'better',
      reason: 'Kept as a candidate: better has no score kid; it was not evaluated.',
    });
    expect(s3.requests).toContain('PUT candidates/better/manifest.json');
    expect(s3.requests).not.toContain('PUT models/current.json');
  });
});

const title = `the built function, run by AWS's runtime client${runtimeClient ? '' : ' (skipped: aws-lambda-ric is not installed)'}`;

describe.skipIf(runtimeClient === undefined)(title, () => {
  it('answers an HTTP API event with a PNG in base64; the second call makes no S3 request', async () => {
    const { s3, environment } = await startStore();
    const invoke = await runFunction(built.asset.folder, environment);
    const first = await invoke(httpEvent('/car.png'));
    expect(first).toMatchObject({ outcome: 'response', body: freshCar });
    expect(s3.requests).toEqual(loading);
    const second = await invoke(httpEvent('/car.png'));
    expect(second).toMatchObject({ outcome: 'response', body: freshCar });
    expect(second.body).not.toEqual(first.body);
    expect(s3.requests).toHaveLength(loading.length);
    expect(await invoke({ warmup: true })).toEqual({
      outcome: 'response',
      body: { warm: true, version: 'noise' },
    });
  });
});
