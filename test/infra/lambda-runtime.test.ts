import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { PNG } from 'pngjs';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { writeRealBundle } from '../functions/generate/real-bundle.ts';
import { temporaryFolder } from '../model/store/bundle-fixture.ts';
import { type S3Fixture, startS3 } from '../model/store/s3-server.ts';
import { httpEvent } from '../support/lambda-events.ts';
import { buildOnce } from './lambda-output.ts';
import { startRuntimeApi } from './runtime-api.ts';

let built: Awaited<ReturnType<typeof buildOnce>>;
beforeAll(async () => {
  built = await buildOnce();
});
afterAll(() => built.remove());

/** A real S3 server with one model, and the environment by which Lambda would tell the function of it. */
async function start(): Promise<{ s3: S3Fixture; environment: Record<string, string> }> {
  const bundle = await writeRealBundle(await temporaryFolder(), 'noise');
  const files = await Promise.all(
    ['manifest.json', 'generator.onnx'].map(
      async (file): Promise<[string, Uint8Array]> => [`models/noise/${file}`, await readFile(path.join(bundle, file))],
    ),
  );
  const s3 = await startS3(new Map([...files, ['models/current.json', Buffer.from('{"version":"noise"}')]]));
  return {
    s3,
    environment: {
      PATH: process.env.PATH ?? '',
      MODEL_BUCKET: s3.bucket,
      AWS_ENDPOINT_URL_S3: s3.endpoint,
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'S3RVER',
      AWS_SECRET_ACCESS_KEY: 'S3RVER',
      AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    },
  };
}

const loading = ['GET models/current.json', 'GET models/noise/manifest.json', 'GET models/noise/generator.onnx'];
const freshCar = {
  statusCode: 200,
  isBase64Encoded: true,
  headers: { 'content-type': 'image/png', 'cache-control': 'no-store', 'x-model-version': 'noise' },
};
const pictureOf = ({ body }: { body: string }) => PNG.sync.read(Buffer.from(body, 'base64'));

/** Loads a built handler in a process of its own and answers each message by what the handler made of it. */
const invoker = `
  const { handler } = await import(process.argv[1]);
  const context = {
    awsRequestId: '5ebc5a72-b938-47ac-b419-fc9617951501',
    functionName: 'cars',
    functionVersion: '7',
    invokedFunctionArn: 'arn:aws:lambda:eu-central-1:123456789012:function:cars:live',
    memoryLimitInMB: '1769',
    getRemainingTimeInMillis: () => 15000,
  };
  process.on('message', async (event) => process.send(await handler(event, context)));
  process.send('ready');
`;

/** Starts a built function as Node loads it; returns what calls it. */
async function load(folder: string, environment: Readonly<Record<string, string>>) {
  const args = ['--input-type=module', '--eval', invoker, path.join(folder, 'handler.mjs')];
  const child = spawn(process.execPath, args, { env: environment, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child, 'message');
  return async (event: object) => {
    child.send(event);
    const [result] = await once(child, 'message');
    return result;
  };
}

describe('the built function, loaded by Node', () => {
  it('answers an HTTP API event with a PNG in base64; the second call makes no S3 request', async () => {
    const { s3, environment } = await start();
    const invoke = await load(built.asset.folder, environment);
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
});

describe('the built promotion, loaded by Node', () => {
  it('publishes the candidate that a training left, and keeps it from being served before it was measured', async () => {
    const promotion = await buildOnce('promote');
    onTestFinished(promotion.remove);
    expect(promotion.asset.packages).toEqual(['onnxruntime-node']);
    expect(readdirSync(promotion.asset.folder).sort()).toEqual(['handler.mjs', 'node_modules']);
    const { s3, environment } = await start();
    const bundle = await writeRealBundle(await temporaryFolder(), 'better', 32, 2);
    for (const name of readdirSync(bundle))
      await s3.put(`candidates/run-1/${name}`, await readFile(path.join(bundle, name)));
    const invoke = await load(promotion.asset.folder, {
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
    expect(s3.requests).toContain('PUT models/better/manifest.json');
    expect(s3.requests).not.toContain('PUT models/current.json');
  });
});

/**
 * AWS's own client of the Lambda Runtime API. It compiles a native part when it is installed, so it is no dependency;
 * where it is at hand (`npm install --no-save aws-lambda-ric`, or AWS_LAMBDA_RIC=its folder) the function runs under it.
 */
function runtimeClient(): string | undefined {
  try {
    return createRequire(import.meta.url).resolve(`${process.env.AWS_LAMBDA_RIC ?? 'aws-lambda-ric'}/bin/index.mjs`);
  } catch {
    return undefined;
  }
}

const client = runtimeClient();
const title = `the built function, run by AWS's runtime client${client ? '' : ' (skipped: aws-lambda-ric is not installed)'}`;

describe.skipIf(client === undefined)(title, () => {
  it('answers an HTTP API event with a PNG in base64; the second call makes no S3 request', async () => {
    const { s3, environment } = await start();
    const runtime = await startRuntimeApi();
    const child = spawn(process.execPath, [client ?? '', 'handler.handler'], {
      cwd: built.asset.folder,
      env: { ...environment, AWS_LAMBDA_RUNTIME_API: runtime.address, LAMBDA_TASK_ROOT: built.asset.folder },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    const first = await runtime.invoke(httpEvent('/car.png'));
    expect(first).toMatchObject({ outcome: 'response', body: freshCar });
    expect(s3.requests).toEqual(loading);
    const second = await runtime.invoke(httpEvent('/car.png'));
    expect(second).toMatchObject({ outcome: 'response', body: freshCar });
    expect(second.body).not.toEqual(first.body);
    expect(s3.requests).toHaveLength(loading.length);
    expect(await runtime.invoke({ warmup: true })).toEqual({
      outcome: 'response',
      body: { warm: true, version: 'noise' },
    });
  });
});
