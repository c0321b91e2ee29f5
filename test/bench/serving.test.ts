import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { writeRealBundle } from '../functions/generate/real-bundle.ts';
import { temporaryFolder } from '../model/store/bundle-fixture.ts';
import { buildPrograms } from '../support/programs.ts';
import { benchCold } from './cold.ts';
import { benchHandler } from './handler.ts';
import type { Series } from './measurement.ts';
import { benchServer } from './server.ts';

// Only whether they work: how fast anything is, a test on a shared machine cannot tell.

beforeAll(() => buildPrograms('server'), 120_000);

const options = async () => ({
  bundle: await writeRealBundle(await temporaryFolder(), 'noise'),
  root: path.resolve('.'),
  progress: () => undefined,
});

const counts = (series: readonly Series[]) =>
  Object.fromEntries(series.map(({ name, samples }) => [name, samples.length]));
const allPositive = (series: readonly Series[]) => series.every(({ samples }) => samples.every((value) => value > 0));

it('measures the warm handler beside bare ONNX Runtime, sample for sample', async () => {
  const series = await benchHandler({ ...(await options()), cars: 100 });
  expect(counts(series)).toEqual({ 'bare ONNX Runtime': 100, handler: 100 });
  expect(allPositive(series)).toBe(true);
});

it('measures the local server under load, without an error', async () => {
  const series = await benchServer({ ...(await options()), requests: 200, connections: 8, turns: 2 });
  expect(counts(series)).toEqual({
    server: 2,
    'server, one request': 200,
    'server, failed': 1,
    "server, load generator's share of one request": 2,
    'server, resident memory': 3,
    'server, growth of its memory over the second half': 1,
  });
  expect(series.find(({ unit }) => unit === 'errors')?.samples).toEqual([0]);
});

it('measures the peer in turn when it is told how to run it', async () => {
  const folder = await temporaryFolder();
  // Stand-ins that take the same arguments; a peer's own speed is not what is tested.
  await writeFile(path.join(folder, 'dcgan_keras.py'), "require('fs').writeFileSync(process.argv.at(-1), 'weights');");
  const service =
    "require('http').createServer((_, answer) => answer.end('a car')).listen(process.argv[3], '127.0.0.1');";
  await writeFile(path.join(folder, 'seed_service.py'), service);
  const series = await benchHandler({ ...(await options()), peers: { python: process.execPath, folder }, cars: 50 });
  expect(counts(series)).toEqual({ 'bare ONNX Runtime': 50, handler: 50, "seed's service": 50 });
});

it.skipIf(process.platform !== 'linux' || process.arch !== 'x64')(
  'measures cold starts of the zip, and their parts add up (skipped: needs Linux x64, as the zip does)',
  async () => {
    const series = await benchCold({ ...(await options()), starts: 1 });
    expect(allPositive(series)).toBe(true);
    const [first = 0, ...parts] = series.slice(0, 4).map(({ samples }) => samples[0] ?? 0);
    expect(parts.reduce((sum, part) => sum + part, 0)).toBeCloseTo(first, 5);
    expect(series[4]).toMatchObject({ name: 'importing ONNX Runtime alone', samples: [expect.any(Number)] });
  },
  120_000,
);
