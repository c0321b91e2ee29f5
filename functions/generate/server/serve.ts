import { randomInt } from 'node:crypto';
import type { EventEmitter } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { FreshcarError } from '../../../model/errors.ts';
import { openFolder } from '../../../model/store/folder.ts';
import { createApp } from '../http/app.ts';
import { readPage } from '../http/page-files.ts';
import type { RequestBindings } from '../http/time-limit.ts';
import type { Log } from '../log.ts';
import { loadModel } from '../models/load-model.ts';
import { createModelRegistry } from '../models/model-registry.ts';
import { prepareClosing } from './graceful-close.ts';

export interface ServeOptions {
  /** The folder that the model comes from. */
  readonly model: string;
  /** 0 takes any free one. */
  readonly port: number;
  /** The folder of the built page. */
  readonly page: string;
  readonly log: Log;
}

/** Where cars can be had. */
export interface Serving {
  /** The folder that they come from. */
  readonly location: string;
  readonly port: number;
}

export interface CarServer extends Serving {
  /** Resolves when the model is loaded, or could not be: the log tells, and the next request tries again. */
  readonly ready: Promise<void>;
  /** Stops listening and resolves when every open answer is finished. */
  close(): Promise<void>;
}

/**
 * A connection stays with the worker that it was handed to. After so many requests it is closed in good order, so that a
 * worker which started later, or took another's place, gets its share of callers who keep their connections for ever.
 */
const requestsPerConnection = 100;

/**
 * Serves cars over HTTP from this process; resolves when it listens, while the model is still being loaded.
 *
 * @throws FreshcarError `not-found` when the folder holds no model, `unavailable` when the port is taken.
 */
export async function serveCars({ model: folder, port, page, log }: ServeOptions): Promise<CarServer> {
  const source = await openFolder(folder);
  const model = createModelRegistry({
    source,
    load: (version) => loadModel(source, version),
    log,
    now: () => performance.now(),
  });
  const app = createApp({ model, freshSeed: () => randomInt(2 ** 32), log, page: await readPage(page) });
  const server = serveApp(app);
  const close = prepareClosing(server);
  await listen(server, port);
  // So that the first visitor does not wait for the load.
  const ready = model.loadCurrent().then(() => void (model.version && model.loadAll()));
  return { location: source.location, port: (server.address() as AddressInfo).port, ready, close };
}

/** A server, not listening yet, that hands requests to the app, and tells it of callers who hang up. */
export function serveApp(app: Pick<ReturnType<typeof createApp>, 'fetch'>): Server {
  const listener = getRequestListener((request, { outgoing }) => {
    const answer: EventEmitter = outgoing;
    const bindings: RequestBindings = { onHangUp: (listen) => void answer.once('close', listen) };
    return app.fetch(request, bindings);
  });
  const server = createServer(listener);
  server.maxRequestsPerSocket = requestsPerConnection;
  return server;
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const taken = error.code === 'EADDRINUSE';
      const sentence = `Port ${port} is taken. Choose another one: PORT=3001 npm start`;
      reject(taken ? new FreshcarError('unavailable', sentence, { cause: error }) : error);
    });
    server.listen(port, resolve);
  });
}
