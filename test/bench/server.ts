import { readFile } from 'node:fs/promises';
import { Agent, get } from 'node:http';
import { startServer } from '../support/programs.ts';
import type { BenchOptions, Series } from './measurement.ts';
import { median } from './samples.ts';
import { startSeedService } from './seed-service.ts';

export interface ServerBenchOptions extends BenchOptions {
  /** Requests to our own server; default 20000. The peer gets a twentieth of them, at most 1000. */
  readonly requests?: number;
  /** How many are under way at any time; default 64. */
  readonly connections?: number;
  /** Requests are sent in so many turns, ours and the peer's in alternation; default one for each 5000, at least 4. */
  readonly turns?: number;
}

/**
 * The local server under load, a fresh car a request, beside the seed's service: cars a second, latency, errors, and the
 * memory of all its processes after each turn. The load comes from this process, over connections that are kept, and takes
 * processor time from the server as it does from the peer; how much is measured too.
 */
export async function benchServer(options: ServerBenchOptions): Promise<Series[]> {
  const { bundle, peers, progress, requests = 20_000, connections = 64 } = options;
  const turns = options.turns ?? Math.max(4, Math.ceil(requests / 5000));
  const server = await startServer(bundle);
  const seed = peers && (await startSeedService(peers));
  const ours = contestant('server', `${server.address}/car.png`, requests, connections);
  const few = Math.min(1000, requests / 20);
  const theirs = seed && contestant("seed's service", `${seed.address}/example1.png`, few, connections);
  const memory: number[] = [];
  try {
    await ours.load(1 / 20);
    ours.forget();
    memory.push(await residentBytes(server.child.pid));
    for (let turn = 1; turn <= turns; turn++) {
      await ours.load(1 / turns);
      memory.push(await residentBytes(server.child.pid));
      await theirs?.load(1 / turns);
      progress(`server: turn ${turn} of ${turns}`);
    }
  } finally {
    server.child.kill();
    await seed?.stop();
  }
  return [
    ...ours.series(),
    { name: 'server, resident memory', unit: 'bytes', samples: memory },
    { name: 'server, growth of its memory over the second half', unit: 'bytes', samples: [growthOf(memory)] },
    ...(theirs?.series() ?? []),
  ];
}

function contestant(name: string, address: string, requests: number, connections: number) {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const [latency, rate, cost]: [number[], number[], number[]] = [[], [], []];
  let errors = 0;
  return {
    /** Sends a share of the requests; each connection sends the next one when it has its answer. */
    async load(share: number) {
      let left = Math.round(requests * share);
      const used = process.cpuUsage();
      const start = performance.now();
      const before = latency.length;
      const connection = async () => {
        while (left-- > 0) {
          const sent = performance.now();
          if ((await statusOf(address, agent)) === 200) latency.push(performance.now() - sent);
          else errors += 1;
        }
      };
      await Promise.all(Array.from({ length: connections }, connection));
      const [cars, { user, system }] = [latency.length - before, process.cpuUsage(used)];
      rate.push((cars / (performance.now() - start)) * 1000);
      cost.push((user + system) / 1000 / cars);
    },
    /** What came before was to get warm. New connections are shared by all workers; the first came before some of them. */
    forget() {
      agent.destroy();
      for (const samples of [latency, rate, cost]) samples.length = 0;
    },
    series: (): Series[] => [
      { name, unit: 'cars/s', samples: rate },
      { name: `${name}, one request`, unit: 'ms', samples: latency },
      { name: `${name}, failed`, unit: 'errors', samples: [errors] },
      { name: `${name}, load generator's share of one request`, unit: 'CPU ms', samples: cost },
    ],
  };
}

/** The answer's status once its body has arrived; 0 when there was none. */
function statusOf(address: string, agent: Agent): Promise<number> {
  return new Promise((resolve) => {
    get(address, { agent }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode ?? 0));
    }).on('error', () => resolve(0));
  });
}

/** Of another process and those that it started, summed; Linux only, NaN elsewhere. */
async function residentBytes(pid: number | undefined): Promise<number> {
  const read = (file: string) => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '');
  const [status, children] = await Promise.all([read('status'), read(`task/${pid}/children`)]);
  const own = Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? Number.NaN) * 1024;
  const others = await Promise.all((children.match(/\d+/g) ?? []).map((child) => residentBytes(Number(child))));
  return others.reduce((sum, bytes) => sum + bytes, own);
}

/** By how much the last quarter's median exceeds that of the quarter at the middle. */
function growthOf(memory: readonly number[]): number {
  const quarter = Math.ceil(memory.length / 4);
  const middle = Math.floor(memory.length / 2);
  return median(memory.slice(-quarter)) - median(memory.slice(middle - Math.floor(quarter / 2)).slice(0, quarter));
}
