import { randomInt } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { FreshcarError } from '../../model/errors.ts';
import { openFolder } from '../../model/store/folder.ts';
import { createApp } from './app.ts';
import { prepareClosing } from './graceful-close.ts';
import { loadModel } from './load-model.ts';
import type { Log } from './log.ts';
import { createModelKeeper } from './model-keeper.ts';
import { readPage } from './page-routes.ts';

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
  /** Stops listening and resolves when every open answer is finished. */
  close(): Promise<void>;
}

/**
 * Serves cars over HTTP from this process; resolves when it listens, while the model is still being loaded.
 *
 * @throws FreshcarError `not-found` when the folder holds no model, `unavailable` when the port is taken.
 */
export async function serveCars({ model: folder, port, page, log }: ServeOptions): Promise<CarServer> {
  const source = await openFolder(folder);
  const model = createModelKeeper({
    source,
    load: (version) => loadModel(source, version),
    log,
    now: () => performance.now(),
  });
  const app = createApp({ model, freshSeed: () => randomInt(2 ** 32), log, page: await readPage(page) });
  const server = createServer(getRequestListener(app.fetch));
  const close = prepareClosing(server);
  await listen(server, port);
  // So that the first visitor does not wait for the load; a failure is in the log and the next request tries again.
  model.use(async () => undefined).catch(() => undefined);
  return { location: source.location, port: (server.address() as AddressInfo).port, close };
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
