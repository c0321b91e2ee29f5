import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Peers } from './measurement.ts';

export interface SeedService {
  readonly address: string;
  /** Milliseconds from the start of its process to its first car. */
  readonly firstCar: number;
  readonly process: ChildProcess;
  stop(): Promise<unknown>;
}

let savedGenerator: Promise<string> | undefined;

/** Starts the service that this project replaces (Flask, Keras, Pillow) and waits for its first car. */
export async function startSeedService(peers: Peers): Promise<SeedService> {
  savedGenerator ??= saveGenerator(peers);
  const [generator, port] = [await savedGenerator, await freePort()];
  const start = performance.now();
  const child = spawn(peers.python, [path.join(peers.folder, 'seed_service.py'), generator, String(port)], {
    stdio: 'ignore',
  });
  const ended = once(child, 'exit');
  const address = `http://127.0.0.1:${port}`;
  while (!(await firstCar(address))) {
    if (child.exitCode !== null) throw new Error(`seed_service.py ended with ${child.exitCode}.`);
  }
  const stop = () => {
    child.kill();
    return ended;
  };
  return { address, firstCar: performance.now() - start, process: child, stop };
}

/** Its own weights, untrained: how long they take to run does not depend on their values. */
async function saveGenerator({ python, folder }: Peers): Promise<string> {
  const file = path.join(await mkdtemp(path.join(tmpdir(), 'freshcar-peer-')), 'model_gen.h5');
  const child = spawn(python, [path.join(folder, 'dcgan_keras.py'), '--steps', '1', '--save', file], {
    stdio: 'ignore',
  });
  await once(child, 'exit');
  if (!existsSync(file)) throw new Error('dcgan_keras.py saved no generator; are its packages installed?');
  return file;
}

async function firstCar(address: string): Promise<boolean> {
  return fetch(`${address}/example1.png`)
    .then(async (response) => (await response.arrayBuffer()).byteLength > 0)
    .catch(() => new Promise<boolean>((resolve) => setTimeout(resolve, 10, false)));
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address ? address.port : 0;
}
