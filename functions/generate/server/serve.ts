import { randomInt } from 'node:crypto';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { FreshcarError } from '../../../model/errors.ts';
import { openFolder } from '../../../model/store/folder.ts';
import { createApp } from '../http/app.ts';
import { readPage } from '../http/page-files.ts';
import type { Log } from '../log.ts';
import { loadModel } from '../models/load-model.ts';
import { createModelRegistry } from '../models/model-registry.ts';
import { prepareClosing } from './graceful-close.ts';
import { createHttpServer } from './http-server.ts';

export interface ServeOptions {
  /** The folder that the model comes from. */
  readonly model: string;
  /** 0 takes any free one. */
  readonly port: number;
  /** The network address to listen at; all of them where there is none. */
  readonly host?: string | undefined;
  /** The address under which visitors reach the service, where it is known. */
  readonly publicUrl?: string | undefined;
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
 * Serves cars over HTTP from this process; resolves when it listens, while the model is still being loaded.
 *
 * @throws FreshcarError `not-found` when the folder holds no model, `unavailable` when the port is taken.
 */
export async function serveCars(options: ServeOptions): Promise<CarServer> {
  const { model: folder, port, host, publicUrl, page, log } = options;
  const source = await openFolder(folder);
  const model = createModelRegistry({
    source,
    load: (version) => loadModel(source, version, { warn: log.warn }),
    log,
    now: () => performance.now(),
  });
  const app = createApp({ model, freshSeed: () => randomInt(2 ** 32), log, page: await readPage(page) });
  const server = createHttpServer(app, publicUrl);
  const close = prepareClosing(server);
  await listen(server, port, host);
  // So that the first visitor does not wait for the load.
  const ready = model.loadCurrent().then(() => void (model.version && model.loadAll()));
  return { location: source.location, port: (server.address() as AddressInfo).port, ready, close };
}

function listen(server: Server, port: number, host: string | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(explainListening(error, port, host)));
    server.listen(port, host, resolve);
  });
}

function explainListening(error: NodeJS.ErrnoException, port: number, host: string | undefined): Error {
  const sentences: Readonly<Record<string, string>> = {
    EADDRINUSE: `Port ${port} is taken. Choose another one: PORT=3001 npm start`,
    EACCES: `Port ${port} may not be listened at. Choose one from 1024: PORT=3000 npm start`,
    EADDRNOTAVAIL: `This machine has no address ${host}. Leave HOST out to listen at all that it has.`,
    ENOTFOUND: `${host} is no address. Leave HOST out to listen at all that this machine has.`,
  };
  const sentence = sentences[error.code ?? ''];
  return sentence === undefined ? error : new FreshcarError('unavailable', sentence, { cause: error });
}
