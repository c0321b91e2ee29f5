import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { writeRealBundle } from '../functions/generate/real-bundle.ts';
import { temporaryFolder } from '../model/store/bundle-fixture.ts';
import { buildPrograms } from '../support/programs.ts';
import { benchCold } from './cold.ts';
import { benchHandler } from './handler.ts';
import type { Series } from './measurement.ts';
import { benchMixed } from './mixed.ts';
import { startPeerService } from './peer-service.ts';
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
    'server, many connections': 2,
    'server, one connection': 2,
    'server, one request': 200,
    'server, all its processes for one request': 2,
    'server, failed': 1,
    "server, load generator's share of one request": 2,
    'server, resident memory': 3,
    'server, growth of its memory over the second half': 1,
  });
  expect(series.find(({ unit }) => unit === 'errors')?.samples).toEqual([0]);
});

/** Stand-ins that take the same arguments, for Node in place of Python; a peer's own speed is not what is tested. */
async function standIns() {
  const folder = await temporaryFolder();
  const service = (start: string) =>
    `${start};require('http').createServer((_, answer) => answer.end('a car')).listen(process.argv[3], '127.0.0.1');`;
  const programs = {
    'save_generators.py': "require('fs').writeFileSync(process.argv[3], 'weights');",
    'seed_service.py': service(''),
    'fastapi_service.py': service("console.log('ready, one of 2\\nready, one of 2')"),
  };
  for (const [name, program] of Object.entries(programs)) await writeFile(path.join(folder, name), program);
  return { python: process.execPath, folder };
}

it('measures the peer in turn when it is told how to run it', async () => {
  const series = await benchHandler({ ...(await options()), peers: await standIns(), cars: 50 });
  expect(counts(series)).toEqual({ 'bare ONNX Runtime': 50, handler: 50, "seed's service": 50 });
});

it('measures both services beside the server, over many connections and one, and what their processes use', async () => {
  const turns = { requests: 400, connections: 8, turns: 2 };
  const series = await benchServer({ ...(await options()), peers: await standIns(), ...turns });
  expect(counts(series)).toMatchObject({
    'server, one request': 400,
    "seed's service, one request": 20,
    'FastAPI, one request': 100,
    'FastAPI, many connections': 2,
    'FastAPI, one connection': 2,
    'FastAPI, all its processes for one request': 2,
  });
  const costs = series.filter(({ name }) => name.endsWith('all its processes for one request'));
  // Of the server alone it is known to be more than the clock's hundredths of a second.
  if (process.platform === 'linux') expect(costs[0]?.samples.every((cost) => cost > 0)).toBe(true);
  expect(series.filter(({ unit }) => unit === 'errors').map(({ samples }) => samples)).toEqual([[0], [0], [0]]);
});

it('says what a service that ends said last, and how to make a Python that has all', async () => {
  const peers = await standIns();
  await writeFile(
    path.join(peers.folder, 'seed_service.py'),
    "console.error('at line 3\\nNo module flask'); process.exit(1);",
  );
  await expect(startPeerService('seed', peers)).rejects.toThrow(
    /^The peer seed_service.py does not run: No module flask\. Is its Python whole\? .*pip install -r test/,
  );
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

it('measures cars beside sheets, and after sheets that nobody waited for', async () => {
  const few = { duration: 300, clients: 2, sheetClients: 2, abandoned: 4 };
  const series = await benchMixed({ ...(await options()), ...few });
  expect(series.map(({ name }) => name)).toEqual([
    'cars alone',
    'cars beside sheets',
    'cars alone, each',
    'cars beside sheets, each',
    'sheets meanwhile, each',
    'failed',
    'next car after abandoned sheets',
    'abandoned sheets together',
  ]);
  expect(series.find(({ unit }) => unit === 'errors')?.samples).toEqual([0]);
});
