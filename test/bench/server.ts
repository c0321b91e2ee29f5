import { Agent, get } from 'node:http';
import { startServer } from '../support/programs.ts';
import type { BenchOptions, Series } from './measurement.ts';
import { type PeerService, startPeerService } from './peer-service.ts';
import { processorTime, residentBytes } from './process-tree.ts';
import { median } from './samples.ts';

export interface ServerBenchOptions extends BenchOptions {
  /** Requests to our own server; default 20000. The peers get a quarter of them and a twentieth, at most 5000 and 1000. */
  readonly requests?: number;
  /** How many are under way at any time; default 64. */
  readonly connections?: number;
  /** Requests are sent in so many turns, ours and the peers' in alternation; default one for each 5000, at least 4. */
  readonly turns?: number;
}

/** Of each turn's requests, so many more are sent one after the other, over one connection. */
const alone = 1 / 20;

/**
 * The local server under load, a fresh car a request, beside what people would use instead: cars a second over many connections
 * and over one, latency, errors, what a car costs of processor time in all processes of a server, and the memory of ours after each
 * turn. The load comes from this process, over connections that are kept, and takes processor time from each server alike; how
 * much is measured too.
 */
export async function benchServer(options: ServerBenchOptions): Promise<Series[]> {
  const { bundle, peers, progress, requests = 20_000, connections = 64 } = options;
  const turns = options.turns ?? Math.max(4, Math.ceil(requests / 5000));
  const server = await startServer(bundle);
  const services: PeerService[] = [];
  const memory: number[] = [];
  const own = { name: 'server', address: `${server.address}/car.png`, process: server.child };
  const contestants = [contestant(own, requests, connections)];
  try {
    if (peers) {
      services.push(await startPeerService('seed', peers), await startPeerService('fastapi', peers));
      const [few, some] = [Math.min(1000, requests / 20), Math.min(5000, requests / 4)];
      contestants.push(...services.map((service, at) => contestant(service, at === 0 ? few : some, connections)));
    }
    for (const { load, forget } of contestants) {
      await load(1 / 20);
      forget();
    }
    memory.push(await residentBytes(server.child.pid));
    for (let turn = 1; turn <= turns; turn++) {
      for (const { load } of contestants) await load(1 / turns);
      memory.push(await residentBytes(server.child.pid));
      progress(`server: turn ${turn} of ${turns}`);
    }
  } finally {
    server.child.kill();
    for (const { stop } of services) await stop();
  }
  return [
    ...contestants.flatMap(({ series }) => series()),
    { name: 'server, resident memory', unit: 'bytes', samples: memory },
    { name: 'server, growth of its memory over the second half', unit: 'bytes', samples: [growthOf(memory)] },
  ];
}

/** What is measured of each server, behind its name. */
export const measures = {
  rate: ', many connections',
  single: ', one connection',
  latency: ', one request',
  cost: ', all its processes for one request',
  failed: ', failed',
  load: ", load generator's share of one request",
} as const;

function contestant(server: Pick<PeerService, 'name' | 'address' | 'process'>, requests: number, connections: number) {
  const { name, address, process: child } = server;
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const samples = { rate: [], single: [], latency: [], cost: [], load: [] } as Record<string, number[]>;
  const { rate = [], single = [], latency = [], cost = [], load = [] } = samples;
  let errors = 0;
  /** Each connection sends the next request when it has its answer. */
  const send = async (count: number, over: number) => {
    let left = count;
    const times: number[] = [];
    const start = performance.now();
    const connection = async () => {
      while (left-- > 0) {
        const sent = performance.now();
        if ((await statusOf(address, agent)) === 200) times.push(performance.now() - sent);
        else errors += 1;
      }
    };
    await Promise.all(Array.from({ length: over }, connection));
    return { times, rate: (times.length / (performance.now() - start)) * 1000 };
  };
  return {
    /** Sends a share of the requests, over all connections, and then some over one. */
    async load(share: number) {
      const count = Math.max(1, Math.round(requests * share));
      const [used, theirs] = [process.cpuUsage(), await processorTime(child.pid)];
      const sent = await send(count, connections);
      const [{ user, system }, now] = [process.cpuUsage(used), await processorTime(child.pid)];
      latency.push(...sent.times);
      rate.push(sent.rate);
      cost.push((now - theirs) / sent.times.length);
      load.push((user + system) / 1000 / sent.times.length);
      single.push((await send(Math.max(1, Math.round(count * alone)), 1)).rate);
    },
    /** What came before was to get warm. New connections are shared by all workers; the first came before some of them. */
    forget() {
      agent.destroy();
      for (const list of Object.values(samples)) list.length = 0;
    },
    series: (): Series[] => [
      { name: name + measures.rate, unit: 'cars/s', samples: rate },
      { name: name + measures.single, unit: 'cars/s', samples: single },
      { name: name + measures.latency, unit: 'ms', samples: latency },
      { name: name + measures.cost, unit: 'CPU ms', samples: cost },
      { name: name + measures.failed, unit: 'errors', samples: [errors] },
      { name: name + measures.load, unit: 'CPU ms', samples: load },
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

/** By how much the last quarter's median exceeds that of the quarter at the middle. */
function growthOf(memory: readonly number[]): number {
  const quarter = Math.ceil(memory.length / 4);
  const middle = Math.floor(memory.length / 2);
  return median(memory.slice(-quarter)) - median(memory.slice(middle - Math.floor(quarter / 2)).slice(0, quarter));
}
