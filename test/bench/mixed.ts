import { once } from 'node:events';
import { Agent, get } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { startServer } from '../support/programs.ts';
import type { BenchOptions, Series } from './measurement.ts';
import { processorTime } from './process-tree.ts';

export interface MixedBenchOptions extends BenchOptions {
  /** Milliseconds of each measurement; default 5000. */
  readonly duration?: number;
  /** How many ask for single cars, one after the other; default 8. */
  readonly clients?: number;
  /** How many ask for sheets meanwhile; default 8. */
  readonly sheetClients?: number;
  /** How many sheets are asked for and given up; default 600. */
  readonly abandoned?: number;
}

/** Milliseconds after which who asked for a sheet hangs up. */
const patience = 30;

/**
 * Single cars beside large sheets, by the same server and in turn: what cars alone take, what they take beside clients of the largest
 * sheet, and how soon one is there after hundreds of sheets were asked for whose callers hung up.
 */
export async function benchMixed(options: MixedBenchOptions): Promise<Series[]> {
  const { bundle, progress, duration = 5000, clients = 8, sheetClients = 8, abandoned = 600 } = options;
  const server = await startServer(bundle);
  const car = `${server.address}/car.png`;
  const sheets = await largestSheets(server.address);
  try {
    await load(car, clients, 1000);
    const alone = await load(car, clients, duration);
    progress(`mixed: ${clients} clients alone`);
    const [beside, large] = await Promise.all([load(car, clients, duration), load(sheets, sheetClients, duration)]);
    progress(`mixed: beside ${sheetClients} clients of sheets`);
    const after = await abandon(sheets, abandoned, server.child.pid, car);
    progress(`mixed: after ${abandoned} sheets that nobody waited for`);
    return [
      { name: 'cars alone', unit: 'cars/s', samples: [alone.rate] },
      { name: 'cars beside sheets', unit: 'cars/s', samples: [beside.rate] },
      { name: 'cars alone, each', unit: 'ms', samples: alone.latency },
      { name: 'cars beside sheets, each', unit: 'ms', samples: beside.latency },
      { name: 'sheets meanwhile, each', unit: 'ms', samples: large.latency },
      { name: 'failed', unit: 'errors', samples: [alone.errors + beside.errors] },
      { name: 'next car after abandoned sheets', unit: 'ms', samples: [after.nextCar] },
      { name: 'abandoned sheets together', unit: 'CPU ms', samples: [after.cost] },
    ];
  } finally {
    server.child.kill();
  }
}

/** The address of the largest sheet there is, of the largest cars that are offered. */
async function largestSheets(address: string): Promise<string> {
  const answer = (await (await fetch(`${address}/models`)).json()) as {
    models: { version: string; imageSize: number }[];
  };
  const largest = answer.models.reduce((one, other) => (other.imageSize > one.imageSize ? other : one));
  return `${address}/models/${largest.version}/sheet.png?rows=16&columns=16`;
}

/** Has clients ask one request after the other for some time. */
async function load(address: string, clients: number, duration: number) {
  const agent = new Agent({ keepAlive: true, maxSockets: clients });
  const latency: number[] = [];
  let errors = 0;
  const begin = performance.now();
  const client = async () => {
    while (performance.now() - begin < duration) {
      const sent = performance.now();
      if ((await statusOf(address, agent)) === 200) latency.push(performance.now() - sent);
      else errors += 1;
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  agent.destroy();
  return { latency, errors, rate: (latency.length / (performance.now() - begin)) * 1000 };
}

function statusOf(address: string, agent: Agent): Promise<number> {
  return new Promise((resolve) => {
    get(address, { agent }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode ?? 0));
    }).on('error', () => resolve(0));
  });
}

/** Asks for sheets and hangs up soon after; then for one car. */
async function abandon(sheets: string, count: number, pid: number | undefined, car: string) {
  const used = await processorTime(pid);
  const callers = Array.from({ length: count }, async () => {
    const request = get(sheets).on('error', () => undefined);
    await once(request, 'finish');
    await sleep(patience);
    request.destroy();
  });
  await Promise.all(callers);
  const sent = performance.now();
  await statusOf(car, new Agent());
  const nextCar = performance.now() - sent;
  // What is still being drawn is to be counted too.
  await sleep(2000);
  return { nextCar, cost: (await processorTime(pid)) - used };
}
