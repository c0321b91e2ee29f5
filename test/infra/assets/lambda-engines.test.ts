import { symlink } from 'node:fs/promises';
import path from 'node:path';
import { PNG } from 'pngjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HttpResult } from '../../../functions/generate/lambda/http-event.ts';
import type { LambdaEngineName } from '../../../infra/assets/lambda-engines.ts';
import { httpEvent } from '../../support/lambda-events.ts';
import { native } from '../../support/tensorflow.ts';
import { loadFunction, runFunction, runtimeClient, startStore } from '../built-function.ts';
import { buildOnce } from '../lambda-output.ts';

/** Requests of every kind, wrong ones too; what is drawn depends on nothing but them. */
const requests = [
  ...Array.from({ length: 64 }, (_, seed) => httpEvent(`/cars/${seed * 67_108_859}.png`)),
  httpEvent('/models/noise/cars/42.png', { query: 'size=64&truncation=0.7' }),
  httpEvent('/sheet.png', { query: 'rows=3&columns=5&seed=7' }),
  httpEvent('/morph.png', { query: 'from=1&to=2&frames=4' }),
  httpEvent('/cars/42.png', { headers: { 'if-none-match': '*' } }),
  httpEvent('/', { query: 'seed=42' }),
  ...['/openapi.json', '/health', '/cars/wrong.png', '/models/other/cars/1.png', '/no/such/route'].map((path) =>
    httpEvent(path),
  ),
];

const loading = (weights: string) => ['current.json', 'noise/manifest.json', weights].map((key) => `GET models/${key}`);

type Build = Awaited<ReturnType<typeof buildOnce>>;
let builds: Record<Exclude<LambdaEngineName, 'none'>, Build>;

beforeAll(async () => {
  const [native, wasm, tfjs] = [
    await buildOnce('generate', 'native'),
    await buildOnce('generate', 'wasm'),
    await buildOnce('generate', 'tfjs'),
  ];
  builds = { native, wasm, tfjs };
});
afterAll(() => {
  for (const { remove } of Object.values(builds)) remove();
});

/** What a function built for this engine answers to all requests, what it is drawn by, and what it fetched before. */
async function answersOf(engine: keyof typeof builds, more: Readonly<Record<string, string>> = {}) {
  const { s3, environment } = await startStore();
  const invoke = await loadFunction(builds[engine].asset.folder, { ...environment, ...more });
  const results: HttpResult[] = [];
  for (const request of requests) results.push(await invoke(request));
  const model: HttpResult = await invoke(httpEvent('/model'));
  return { results, drawnBy: JSON.parse(model.body).engine, fetched: s3.requests.slice(0, 3) };
}

/** The same status, headers and text; pictures of the same size, within 1 of 255 in each value. */
async function expectSameAnswers(results: readonly HttpResult[]): Promise<void> {
  const { results: expected } = await answersOf('native');
  const kinds = new Set(expected.map(({ statusCode, headers }) => `${statusCode} ${headers['content-type']}`));
  expect(kinds.size).toBeGreaterThan(5);
  // All of them are different cars, or equality would say little.
  expect(new Set(expected.slice(0, 64).map(({ body }) => body)).size).toBe(64);
  expect(results.map(withoutTimes)).toEqual(expected.map(withoutTimes));
  expect(Math.max(...results.map((result, at) => difference(result, expected[at])))).toBeLessThanOrEqual(1);
}

/** Without what differs from call to call, and without the pictures. */
function withoutTimes({ statusCode, headers, body, isBase64Encoded }: HttpResult) {
  const { 'server-timing': _, 'content-length': __, ...same } = headers;
  return { statusCode, headers: same, body: isBase64Encoded ? sizeOf(body) : body };
}

const pictureOf = (body: string) => PNG.sync.read(Buffer.from(body, 'base64'));
const sizeOf = (body: string) => (({ width, height }) => ({ width, height }))(pictureOf(body));

function difference(one: HttpResult, other: HttpResult | undefined): number {
  if (!one.isBase64Encoded || one.body === '') return 0;
  const pixels = pictureOf(other?.body ?? '').data;
  return pictureOf(one.body).data.reduce((most, value, at) => Math.max(most, Math.abs(value - (pixels[at] ?? NaN))), 0);
}

describe('the function for arm64, by ONNX Runtime as WebAssembly', () => {
  it('answers as the native function does, with the same cars', async () => {
    const { results, drawnBy, fetched } = await answersOf('wasm');
    await expectSameAnswers(results);
    expect(drawnBy).toBe('onnx');
    expect(fetched).toEqual(loading('noise/generator.onnx'));
  });
});

const withLibrary = `the function with TensorFlow.js${native ? '' : ' (skipped: needs the native TensorFlow library)'}`;
describe.skipIf(!native)(withLibrary, () => {
  // Where the image has its packages.
  beforeAll(() => symlink(path.resolve('node_modules'), path.join(builds.tfjs.asset.folder, 'node_modules')));

  it('answers as the native function does, with the same cars', async () => {
    const { results, drawnBy, fetched } = await answersOf('tfjs', { ENGINE: 'tfjs' });
    await expectSameAnswers(results);
    expect(drawnBy).toBe('tfjs');
    expect(fetched).toEqual(loading('noise/weights.bin'));
  });
});

const underClient = `under AWS's runtime client${runtimeClient ? '' : ' (skipped: aws-lambda-ric is not installed)'}`;
describe.skipIf(runtimeClient === undefined)(underClient, () => {
  it.each([['WebAssembly', 'wasm', 'onnx'], ...(native ? [['TensorFlow.js', 'tfjs', 'tfjs'] as const] : [])] as const)(
    'the function with %s draws a car',
    async (_, engine, name) => {
      const { environment } = await startStore();
      const invoke = await runFunction(builds[engine].asset.folder, { ...environment, ENGINE: name });
      expect(await invoke(httpEvent('/car.png'))).toMatchObject({
        outcome: 'response',
        body: { statusCode: 200, isBase64Encoded: true, headers: { 'content-type': 'image/png' } },
      });
    },
  );
});
