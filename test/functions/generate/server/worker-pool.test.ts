import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { Agent, get, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { PNG } from 'pngjs';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { waitAfter } from '../../../../functions/generate/server/worker-pool.ts';
import { buildPrograms, type RunningServer, startServer } from '../../../support/programs.ts';
import { writeRealBundle } from '../real-bundle.ts';

let folder: string;
let model: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'freshcar-workers-'));
  model = await writeRealBundle(folder, 'noise');
  await buildPrograms('server');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Two workers that have loaded their model, by their process ids. */
async function startPair() {
  const server = await startServer(model, { WORKERS: '2' });
  onTestFinished(() => void server.child.kill('SIGKILL'));
  const first = await loaded(server, []);
  return { ...server, workers: [first, await loaded(server, [first])] as const };
}

/** The next worker that has loaded its model, beside those that are known. */
async function loaded(server: Pick<RunningServer, 'logged'>, known: readonly number[]): Promise<number> {
  const isNew = (line: Record<string, unknown>) =>
    line.message === 'A model is loaded.' && !known.includes(Number(line.worker));
  return Number((await server.logged(isNew)).worker);
}

/** One connection that is kept, as a browser keeps it; or a new one for each request. */
function connect(address: string, keepAlive = true) {
  const agent = new Agent({ keepAlive, maxSockets: 1 });
  onTestFinished(() => agent.destroy());
  return {
    async get(path: string) {
      const request = get(`${address}${path}`, { agent });
      const [response] = (await once(request, 'response')) as [IncomingMessage];
      return { status: response.statusCode, body: await buffer(response), kept: request.reusedSocket };
    },
  };
}

/** Asks for cars one after the other until told to end; a connection that broke is made anew. */
function keepAsking(address: string, connection = connect(address)) {
  const outcomes: (number | undefined)[] = [];
  let ended = false;
  const { get } = connection;
  const asking = (async () => {
    while (!ended)
      outcomes.push(
        await get('/car.png').then(
          ({ status }) => status,
          () => undefined,
        ),
      );
  })();
  return async () => {
    ended = true;
    await asking;
    return outcomes;
  };
}

const deathOf = (pid: number) => (line: Record<string, unknown>) =>
  line.message === 'A worker ended; another one takes its place.' && line.worker === pid;

describe('two workers', () => {
  it('share the connections, and draw the same car of a seed to the byte', async () => {
    const { address, workers, logged } = await startPair();
    const [one, other] = [connect(address), connect(address)];
    const cars = [await one.get('/cars/7.png'), await other.get('/cars/7.png')];
    expect(cars.map(({ status }) => status)).toEqual([200, 200]);
    expect(cars[0]?.body).toEqual(cars[1]?.body);
    expect(PNG.sync.read(cars[0]?.body ?? Buffer.of())).toMatchObject({ width: 32, height: 32 });
    // Each connection was another worker's: of the two, the end of one worker breaks one.
    process.kill(workers[0], 'SIGKILL');
    await logged(deathOf(workers[0]));
    // A client may hear of its end only when it asks over that connection the next time.
    const stillThere = ({ get }: ReturnType<typeof connect>) =>
      get('/cars/7.png').then(
        (car) => car.kept,
        () => false,
      );
    const kept = await Promise.all([one, other].map(stillThere));
    expect(kept.sort()).toEqual([false, true]);
  });

  it('go on serving while one that was killed is replaced', async () => {
    const { address, workers, logged } = await startPair();
    const loops = Array.from({ length: 6 }, () => keepAsking(address));
    process.kill(workers[0], 'SIGKILL');
    expect(await logged(deathOf(workers[0]))).toMatchObject({ level: 'error', signal: 'SIGKILL', wait: 0 });
    const third = await loaded({ logged }, workers);
    const outcomes = (await Promise.all(loops.map((end) => end()))).flat();
    // Each may lose what the killed one had in hand, and once more what it was being handed; none is left without an answer.
    expect(outcomes.every((status) => status === 200 || status === undefined)).toBe(true);
    expect(outcomes.filter((status) => status === undefined).length).toBeLessThanOrEqual(12);
    expect(outcomes.filter((status) => status === 200).length).toBeGreaterThan(6);
    process.kill(workers[1], 'SIGKILL');
    await logged(deathOf(workers[1]));
    expect(await connect(address).get('/car.png')).toMatchObject({ status: 200 });
    expect(third).not.toBe(workers[1]);
  });

  it('go on serving when one is told to end while it is handed connections without a pause', async () => {
    const { address, workers, logged } = await startPair();
    const loops = Array.from({ length: 24 }, () => keepAsking(address, connect(address, false)));
    let known: readonly number[] = workers;
    for (const round of [0, 1, 2]) {
      const worker = known[round] ?? Number.NaN;
      process.kill(worker, 'SIGTERM');
      await logged(deathOf(worker));
      known = [...known, await loaded({ logged }, known)];
    }
    const outcomes = (await Promise.all(loops.map((end) => end()))).flat();
    expect(outcomes.filter((status) => status !== 200)).toEqual([]);
    expect(await connect(address).get('/car.png')).toMatchObject({ status: 200 });
  });

  it.each(['SIGTERM', 'SIGINT'] as const)(
    'end at %s with open answers finished, whoever keeps asking',
    async (signal) => {
      const { address, child } = await startPair();
      const loops = Array.from({ length: 4 }, () => keepAsking(address));
      const sheets = [connect(address), connect(address)].map(({ get }) => get('/sheet.png?rows=16&columns=16&seed=1'));
      await connect(address).get('/health');
      const start = performance.now();
      child.kill(signal);
      // Not before every process of it has let go of the log.
      const [code] = await once(child, 'close');
      expect(code).toBe(0);
      expect(performance.now() - start).toBeLessThan(4000);
      for (const { status, body } of await Promise.all(sheets)) {
        expect(status).toBe(200);
        expect(PNG.sync.read(body)).toMatchObject({ width: 512, height: 512 });
      }
      await Promise.all(loops.map((end) => end()));
    },
  );

  it('finish open answers when the signal comes again and again, as of Ctrl-C under npm it comes twice', async () => {
    const { address, child } = await startPair();
    const sheets = [connect(address), connect(address)].map(({ get }) => get('/sheet.png?rows=16&columns=16&seed=1'));
    await connect(address).get('/health');
    // Five, one after another so that each is its own, and all of them long before 256 cars are drawn: a process that is ending has
    // given its handlers back, and would end of one that comes late.
    let left = 5;
    const again = setInterval(() => {
      child.kill('SIGINT');
      left -= 1;
      if (left === 0) clearInterval(again);
    }, 5);
    onTestFinished(() => clearInterval(again));
    expect(await once(child, 'close')).toEqual([0, null]);
    for (const { status } of await Promise.all(sheets)) expect(status).toBe(200);
  });

  it('do not outlive the process that started them', async () => {
    const { child } = await startPair();
    child.kill('SIGKILL');
    // Both hold the other end of its log.
    expect(await once(child, 'close')).toEqual([null, 'SIGKILL']);
  });
});

it('serves from the one process where one worker is asked for', async () => {
  const { child, logged } = await startServer(model, { WORKERS: '1' });
  onTestFinished(() => void child.kill('SIGKILL'));
  expect(await logged(({ message }) => message === 'A model is loaded.')).not.toHaveProperty('worker');
});

describe('waitAfter', () => {
  it('replaces at once after one death, then waits twice as long after each within a minute, at most 5 seconds', () => {
    const deaths = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map((second) => second * 1000);
    const waits = deaths.map((death, index) => waitAfter(deaths.slice(0, index + 1), death, 1));
    expect(waits).toEqual([0, 500, 1000, 2000, 4000, 5000, 5000, 5000, 5000, 5000]);
  });

  it('never leaves the port closed for longer than half a second', () => {
    const deaths = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map((second) => second * 1000);
    expect(deaths.map((death, index) => waitAfter(deaths.slice(0, index + 1), death, 0)).slice(2)).toEqual(
      Array(8).fill(500),
    );
  });

  it('forgets deaths after a minute', () => {
    expect(waitAfter([0, 1000, 61_000], 61_000, 1)).toBe(0);
    expect(waitAfter([0, 2000, 61_000], 61_000, 1)).toBe(500);
  });
});
