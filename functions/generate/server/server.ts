import cluster from 'node:cluster';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { errorCodes, FreshcarError } from '../../../model/errors.ts';
import { usePlainHeaders } from '../http/plain-headers.ts';
import { jsonLog } from '../log.ts';
import { readServerOptions, type ServerOptions, serverHelp } from './server-options.ts';
import { usableCores } from './usable-cores.ts';
import type { WorkerMessage } from './worker-pool.ts';

/**
 * The service on a laptop: `npm start`. With several workers this process only starts them and hands them their
 * connections; each of them runs this same file again.
 */

const writeLine = (line: string) => void process.stderr.write(`${line}\n`);

async function start(options: ServerOptions): Promise<void> {
  const { location, port } =
    options.workers === 1
      ? await serveHere(options)
      : await (await import('./worker-pool.ts')).startWorkerPool(options.workers, jsonLog(writeLine));
  const { host = 'localhost' } = options;
  // An IPv6 address stands in brackets.
  const name = host.includes(':') ? `[${host}]` : host;
  process.stdout.write(`Cars from ${location}: http://${name}:${port}\n`);
}

/** Serves from this process until a signal ends it. */
async function serveHere(options: ServerOptions) {
  usePlainHeaders();
  // Only here: a process that only starts others is ready sooner without it.
  const { serveCars } = await import('./serve.ts');
  const page = path.join(path.dirname(fileURLToPath(import.meta.url)), 'page');
  const log = jsonLog(writeLine, cluster.isWorker ? { worker: process.pid } : {});
  const { close, ...serving } = await serveCars({ ...options, page, log });
  // A worker ends when nothing but its link to the process that started it is left. Not `once`: a second signal would break
  // open answers off, and Ctrl-C is two signals when npm hands on the one that the terminal has sent to everybody.
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => void close().then(() => cluster.worker?.disconnect()));
  return serving;
}

async function serveAsWorker(options: ServerOptions): Promise<void> {
  const tell = (message: WorkerMessage) => new Promise((resolve) => process.send?.(message, resolve));
  try {
    const { ready, ...serving } = await serveHere(options);
    await tell({ serving });
    await ready;
    await tell({ ready: true });
  } catch (error) {
    await tell({ refused: messageOf(error) });
    cluster.worker?.disconnect();
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

try {
  const options = readServerOptions(process.argv.slice(2), process.env, usableCores());
  if (options === undefined) process.stdout.write(serverHelp);
  else if (cluster.isWorker) await serveAsWorker(options);
  else await start(options);
} catch (error) {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exitCode = error instanceof FreshcarError ? errorCodes[error.code].exit : 1;
}
