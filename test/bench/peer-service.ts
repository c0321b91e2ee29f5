import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { lastLine, type Peers, peerFailure, runPeer } from './peers.ts';

/** The services that are measured beside freshcar's, each with its program, its generator's file and its address. */
const services = {
  seed: {
    name: "seed's service",
    program: 'seed_service.py',
    library: 'keras',
    file: 'generator.keras',
    car: '/example1.png',
  },
  fastapi: {
    name: 'FastAPI',
    program: 'fastapi_service.py',
    library: 'torch',
    file: 'generator.onnx',
    car: '/car.png',
  },
} as const;

export interface PeerService {
  readonly name: string;
  /** Of a fresh car. */
  readonly address: string;
  /** Milliseconds from the start of its process to its first car. */
  readonly firstCar: number;
  readonly process: ChildProcess;
  stop(): Promise<unknown>;
}

const saved = new Map<string, Promise<string>>();

/** Starts a service and waits for its first car, and until all its workers are there. */
export async function startPeerService(kind: keyof typeof services, peers: Peers): Promise<PeerService> {
  const { name, program, library, file, car } = services[kind];
  if (!saved.has(file)) saved.set(file, saveGenerator(peers, library, file));
  const [generator, port] = [(await saved.get(file)) ?? '', await freePort()];
  const start = performance.now();
  const child = spawn(peers.python, [path.join(peers.folder, program), generator, String(port)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'exit');
  const [out, complaints] = [textOf(child.stdout), textOf(child.stderr)];
  const address = `http://127.0.0.1:${port}${car}`;
  let firstCar: number | undefined;
  while (firstCar === undefined || !allReady(out.text)) {
    if (firstCar === undefined && (await answers(address))) firstCar = performance.now() - start;
    else await new Promise((resolve) => setTimeout(resolve, 10));
    if (child.exitCode !== null)
      throw peerFailure(program, lastLine({ stderr: complaints.text }) || `it ended with ${child.exitCode}`);
  }
  const stop = () => {
    child.kill();
    return ended;
  };
  return { name, address, firstCar, process: child, stop };
}

/** Its own weights, untrained: how long they take to run does not depend on their values. */
async function saveGenerator(peers: Peers, library: string, name: string): Promise<string> {
  const file = path.join(await mkdtemp(path.join(tmpdir(), 'freshcar-peer-')), name);
  await runPeer(peers, 'save_generators.py', [library, file]);
  return file;
}

/** A service of several processes says of each that it is ready, and how many there are. */
function allReady(text: string): boolean {
  const ready = [...text.matchAll(/^ready, one of (\d+)$/gm)];
  return ready.length === Number(ready[0]?.[1] ?? 0);
}

/** What a stream has said so far. */
function textOf(stream: NodeJS.ReadableStream): { readonly text: string } {
  const said = { text: '' };
  stream.on('data', (chunk) => {
    said.text = (said.text + chunk).slice(-10_000);
  });
  return said;
}

async function answers(address: string): Promise<boolean> {
  return fetch(address)
    .then(async (response) => response.ok && (await response.arrayBuffer()).byteLength > 0)
    .catch(() => false);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address ? address.port : 0;
}
