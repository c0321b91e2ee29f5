import { readFile } from 'node:fs/promises';
import { Agent, get } from 'node:http';
import { startServer } from '../support/programs.ts';
import type { BenchOptions, Series } from './measurement.ts';
import { startSeedService } from './seed-service.ts';

export interface ServerBenchOptions extends BenchOptions {
  /** Requests to our own server; default 20000. The peer gets a twentieth of them. */
  readonly requests?: number;
  /** How many are under way at any time; default 64. */
  readonly connections?: number;
  /** Requests are sent in so many turns, ours and the peer's in alternation; default 4. */
  readonly turns?: number;
}

/** The local server under load, a fresh car a request, beside the seed's service: cars a second, latency, memory, errors. */
export async function benchServer(options: ServerBenchOptions): Promise<Series[]> {
  const { bundle, peers, progress, requests = 20_000, connections = 64, turns = 4 } = options;
  const server = await startServer(bundle);
  const seed = peers && (await startSeedService(peers));
  const ours = contestant('server', `${server.address}/car.png`, requests, connections);
  const theirs = seed && contestant("seed's service", `${seed.address}/example1.png`, requests / 20, connections);
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
    ...(theirs?.series() ?? []),
  ];
}

function contestant(name: string, address: string, requests: number, connections: number) {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const [latency, rate]: [number[], number[]] = [[], []];
  let errors = 0;
  return {
    /** Sends a share of the requests; each connection sends the next one when it has its answer. */
    async load(share: number) {
      let left = Math.round(requests * share);
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
      rate.push(((latency.length - before) / (performance.now() - start)) * 1000);
    },
    /** What came before was to get warm. */
    forget() {
      latency.length = 0;
      rate.length = 0;
    },
    series: (): Series[] => [
      { name, unit: 'cars/s', samples: rate },
      { name: `${name}, one request`, unit: 'ms', samples: latency },
      { name: `${name}, failed`, unit: 'errors', samples: [errors] },
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

/** Of another process; Linux only, NaN elsewhere. */
async function residentBytes(pid: number | undefined): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? Number.NaN) * 1024;
}
