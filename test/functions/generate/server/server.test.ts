import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { Agent, get, type IncomingMessage } from 'node:http';
import { createServer } from 'node:net';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { build } from 'esbuild';
import { PNG } from 'pngjs';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { buildPage } from '../../../../infra/build/page.mjs';
import { temporaryFolder } from '../../../model/store/bundle-fixture.ts';
import { writeRealBundle } from '../real-bundle.ts';

// Inside node_modules, because the built program looks for its packages upwards from where it lies.
const cache = path.resolve('node_modules/.cache');
let built: string;

beforeAll(async () => {
  await mkdir(cache, { recursive: true });
  built = await mkdtemp(path.join(cache, 'freshcar-server-'));
  const server = path.resolve('functions/generate/server/server.ts');
  const options = { bundle: true, format: 'esm', outdir: built } as const;
  await build({ ...options, entryPoints: [server], platform: 'node', target: 'node20', packages: 'external' });
  await buildPage(process.cwd(), path.join(built, 'page'));
  await writeFile(path.join(built, 'package.json'), '{"type":"module"}');
});
afterAll(() => rm(built, { recursive: true, force: true }));

/** Runs the server; `output` has all that it printed so far. */
function run(args: readonly string[], environment: NodeJS.ProcessEnv = {}) {
  const child = spawn(process.execPath, [path.join(built, 'server.js'), ...args], {
    env: { PATH: process.env.PATH, ...environment },
  });
  const output = { text: '' };
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (output.text += data));
  onTestFinished(() => void child.kill('SIGKILL'));
  return { child, output };
}

/** The address that the server prints when it is ready. */
async function addressOf(child: ChildProcess, output: { text: string }): Promise<string> {
  for (;;) {
    const found = /http:\/\/\S+/.exec(output.text);
    if (found) return found[0];
    if (child.stdout) await Promise.race([once(child.stdout, 'data'), once(child, 'exit')]);
    if (child.exitCode !== null) throw new Error(output.text);
  }
}

async function end(args: readonly string[], environment: NodeJS.ProcessEnv = {}) {
  const { child, output } = run(args, environment);
  const [code] = await once(child, 'close');
  return { code, text: output.text };
}

const numbersOfWorkers = ['1', '2'];

it.each(numbersOfWorkers)(
  'serves cars and the page on the port that it prints, and ends when told to: %s',
  async (WORKERS) => {
    const model = await writeRealBundle(await temporaryFolder(), 'noise');
    const { child, output } = run(['--model', model], { PORT: '0', WORKERS });
    const address = await addressOf(child, output);
    const car = await fetch(`${address}/car.png`);
    expect(car.headers.get('X-Model-Version')).toBe('noise');
    expect(PNG.sync.read(Buffer.from(await car.arrayBuffer()))).toMatchObject({ width: 32, height: 32 });
    const page = await (await fetch(address)).text();
    const seed = /data-seed="(\d+)"/.exec(page)?.[1];
    expect(page).toContain(`src="models/noise/cars/${seed}.png"`);
    expect(page).not.toContain('{{');
    child.kill('SIGTERM');
    const [code] = await once(child, 'exit');
    expect(code).toBe(0);
  },
);

it('shows the larger cars that a store offers on the page, and its current ones elsewhere', async () => {
  const store = await temporaryFolder();
  const models = path.join(store, 'models');
  await mkdir(models);
  for (const [version, imageSize] of [['small', 32] as const, ['large', 64] as const])
    await writeRealBundle(models, version, imageSize);
  await writeFile(path.join(models, 'current.json'), '{"version":"small","alternates":["large"]}');
  const { child, output } = run(['--model', store], { PORT: '0', WORKERS: '1' });
  const address = await addressOf(child, output);
  const page = await (await fetch(`${address}/?seed=5`)).text();
  const source = /id="car" src="([^"]+)"/.exec(page)?.[1];
  expect(source).toBe('models/large/cars/5.png');
  const sizeAt = async (at: string) =>
    PNG.sync.read(Buffer.from(await (await fetch(`${address}/${at}`)).arrayBuffer())).width;
  expect([await sizeAt(source ?? ''), await sizeAt('cars/5.png'), await sizeAt(`${source}?size=512`)]).toEqual([
    64, 32, 512,
  ]);
});

it('closes a connection after its hundredth request, so that other workers get their share', async () => {
  const model = await writeRealBundle(await temporaryFolder(), 'noise');
  const { child, output } = run(['--model', model], { PORT: '0', WORKERS: '1' });
  const address = await addressOf(child, output);
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  onTestFinished(() => agent.destroy());
  const kept: boolean[] = [];
  for (let count = 0; count < 102; count++) {
    const request = get(`${address}/openapi.json`, { agent });
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    expect(response.statusCode).toBe(200);
    await text(response);
    kept.push(request.reusedSocket);
  }
  expect(kept.flatMap((reused, at) => (reused ? [] : [at]))).toEqual([0, 100]);
});

it.each(numbersOfWorkers)('says once which port is taken and how to choose another one: %s', async (WORKERS) => {
  const other = createServer().listen(0);
  await once(other, 'listening');
  onTestFinished(() => void other.close());
  const taken = other.address();
  const port = typeof taken === 'object' && taken ? String(taken.port) : '';
  const model = await writeRealBundle(await temporaryFolder(), 'noise');
  expect(await end(['--model', model], { PORT: port, WORKERS })).toEqual({
    code: 1,
    text: `Port ${port} is taken. Choose another one: PORT=3001 npm start\n`,
  });
});

it.each([
  [['--help'], 0, /--model DIR/],
  [['--modle', 'x'], 2, /Unknown option '--modle'/],
  [['--port', 'http'], 2, /port .* not "http"/],
  [['--workers', '0'], 2, /number of workers is to be a number from 1 to 256, not "0"/],
  [['--workers', '1', '--model', '/no/such/folder'], 1, /^No model in \/no\/such\/folder/],
  [['--workers', '2', '--model', '/no/such/folder'], 1, /^No model in \/no\/such\/folder[^\n]*\n$/],
])('answers %j with exit code %i', async (args, code, text) => {
  const result = await end(args);
  expect(result.code).toBe(code);
  expect(result.text).toMatch(text);
  expect(result.text).not.toMatch(/^\s+at /m);
});
