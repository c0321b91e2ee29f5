import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import type { HttpResult } from '../../functions/generate/lambda/http-event.ts';
import { buildLambdaAsset } from '../../infra/assets/lambda-asset.ts';
import { sha256 } from '../../model/files.ts';
import { writeRealBundle } from '../functions/generate/real-bundle.ts';
import { credentials, startS3 } from '../model/store/s3-server.ts';
import { httpEvent } from '../support/lambda-events.ts';
import { buildPrograms, built, ending, startFunction, startServer } from '../support/programs.ts';

/** From here on, past the largest seed and on from 0. */
const firstSeed = 4_294_966_796;
const seeds = Array.from({ length: 1000 }, (_, index) => (firstSeed + index) % 2 ** 32);

let folder: string;
let bundle: string;
/** The SHA-256 of each seed's PNG as `freshcar sample` writes it. */
let fromCommandLine: string[];

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'freshcar-same-'));
  bundle = await writeRealBundle(folder, 'noise');
  await buildPrograms('server', 'freshcar');
  const cars = path.join(folder, 'cars');
  const program = path.join(built, 'freshcar.js');
  const flags = ['--model', bundle, '--seed', String(firstSeed), '--count', String(seeds.length), '--out', cars];
  expect(await ending(spawn(process.execPath, [program, 'sample', ...flags], { stdio: 'ignore' }))).toBe(0);
  fromCommandLine = await Promise.all(
    seeds.map(async (seed) => sha256(await readFile(path.join(cars, `${seed}.png`)))),
  );
  // All of them are different cars, or equality would say little.
  expect(new Set(fromCommandLine).size).toBe(seeds.length);
}, 120_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

it('draws the cars of the command line in the local server, to the byte', async () => {
  const { address, child } = await startServer(bundle);
  onTestFinished(() => void child.kill());
  const hashes: string[] = [];
  for (const seed of seeds) {
    const response = await fetch(`${address}/cars/${seed}.png`);
    hashes.push(sha256(new Uint8Array(await response.arrayBuffer())));
  }
  expect(hashes).toEqual(fromCommandLine);
}, 120_000);

it.skipIf(process.platform !== 'linux' || process.arch !== 'x64')(
  'draws them in the zip of the Lambda function too (skipped: needs Linux x64, as the zip does)',
  async () => {
    const { folder: zip } = await buildLambdaAsset({
      root: path.resolve('.'),
      folder: path.join(folder, 'zip'),
      name: 'generate',
    });
    const s3 = await startS3(new Map([['models/current.json', Buffer.from('{"version":"noise"}')]]));
    for (const file of ['manifest.json', 'generator.onnx'])
      await s3.put(`models/noise/${file}`, await readFile(path.join(bundle, file)));
    const { child, invoke } = startFunction(zip, {
      MODEL_BUCKET: s3.bucket,
      AWS_ENDPOINT_URL_S3: s3.endpoint,
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    });
    onTestFinished(() => void child.kill());
    const hashes: string[] = [];
    for (const seed of seeds) {
      const { body } = (await invoke(httpEvent(`/cars/${seed}.png`))) as HttpResult;
      hashes.push(sha256(Buffer.from(body, 'base64')));
    }
    expect(hashes).toEqual(fromCommandLine);
  },
  120_000,
);
