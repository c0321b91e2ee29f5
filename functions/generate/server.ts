import { randomInt } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { serve } from '@hono/node-server';
import { errorCodes, FreshcarError } from '../../model/errors.ts';
import { openFolder } from '../../model/store/folder.ts';
import { shippedModel } from '../../model/store/shipped.ts';
import { createApp } from './app.ts';
import { loadModel } from './load-model.ts';
import { jsonLog } from './log.ts';
import { createModelKeeper } from './model-keeper.ts';
import { readPage } from './page-routes.ts';

const defaultPort = 3000;

const help = `Serves cars that do not exist.

  npm start -- [--model DIR] [--port N]

  --model DIR  a bundle, a training run's folder or a store; default model/pretrained
  --port N     default ${defaultPort}, or the environment's PORT; 0 takes any free one
  --help       this text
`;

interface Options {
  readonly model: string;
  readonly port: number;
}

/** undefined when only the help was asked for. */
function readOptions(args: readonly string[], environment: NodeJS.ProcessEnv): Options | undefined {
  const { values } = parseOrExplain(args);
  if (values.help) return undefined;
  const port = values.port ?? environment.PORT ?? String(defaultPort);
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65535) {
    throw new FreshcarError(
      'invalid-input',
      `The port is to be a number from 0 to 65535, not ${JSON.stringify(port)}.`,
    );
  }
  return { model: values.model ?? shippedModel(), port: Number(port) };
}

function parseOrExplain(args: readonly string[]) {
  const options = { model: { type: 'string' }, port: { type: 'string' }, help: { type: 'boolean' } } as const;
  try {
    return parseArgs({ args: [...args], options });
  } catch (cause) {
    throw new FreshcarError('invalid-input', `${cause instanceof Error ? cause.message : cause}\n\n${help}`, { cause });
  }
}

async function start({ model: folder, port }: Options): Promise<void> {
  const log = jsonLog((line) => process.stderr.write(`${line}\n`));
  const source = await openFolder(folder);
  const page = await readPage(path.join(path.dirname(fileURLToPath(import.meta.url)), 'page'));
  const model = createModelKeeper({
    source,
    load: (version) => loadModel(source, version),
    log,
    now: () => performance.now(),
  });
  const app = createApp({ model, freshSeed: () => randomInt(2 ** 32), log, page });
  const server = serve({ fetch: app.fetch, port }, ({ port }: AddressInfo) => {
    process.stdout.write(`Cars from ${source.location}: http://localhost:${port}\n`);
    // So that the first visitor does not wait for the load; a failure is in the log and the next request tries again.
    model.use(async () => undefined).catch(() => undefined);
  });
  server.on('error', (error: NodeJS.ErrnoException) => {
    const taken = error.code === 'EADDRINUSE';
    fail(
      taken
        ? new FreshcarError('unavailable', `Port ${port} is taken. Choose another one: PORT=3001 npm start`)
        : error,
    );
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => server.close());
}

function fail(error: unknown): void {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exitCode = error instanceof FreshcarError ? errorCodes[error.code].exit : 1;
}

try {
  const options = readOptions(process.argv.slice(2), process.env);
  if (options) await start(options);
  else process.stdout.write(help);
} catch (error) {
  fail(error);
}
