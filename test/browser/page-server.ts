import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import { createApp } from '../../functions/generate/http/app.ts';
import { readPage } from '../../functions/generate/http/page-files.ts';
import type { ModelRegistry } from '../../functions/generate/models/model-registry.ts';
import { buildPage } from '../../infra/build/page.mjs';
import type { Directions } from '../../model/directions/directions.ts';
import { FreshcarError } from '../../model/errors.ts';
import { paintedModel, recordedLog, registryOf } from '../functions/generate/fixtures.ts';

export interface PageServer {
  readonly address: string;
  /** While true, no model can be loaded. */
  broken: boolean;
  /** While true, models know how to make their cars warmer. */
  changeable: boolean;
  /** While true, it cannot be told which models there are. */
  silent: boolean;
  /** The alternates of the current version, whose cars have 32 pixels. */
  alternates: readonly string[];
  close(): void;
}

/** Of what can be offered, how many pixels its cars have. */
const sizes: Readonly<Record<string, 64 | 128>> = { 'large-64': 64, 'huge-128': 128 };

const warmer: Directions = {
  format: 1,
  measuredWith: 1,
  directions: [
    {
      name: 'warmth',
      title: 'Hue',
      ends: ['bluer', 'redder'],
      effects: { warmth: 1 },
      purity: 9,
      vector: [1, 0, 0, 0],
    },
  ],
};

/** The real page, built as the project builds it, on the real app; only the cars are painted. */
export async function startPageServer(folder: string): Promise<PageServer> {
  await buildPage(process.cwd(), folder);

  const state: Pick<PageServer, 'broken' | 'silent' | 'alternates' | 'changeable'> = {
    changeable: false,
    broken: false,
    silent: false,
    alternates: [],
  };
  const { log } = recordedLog();
  const load = async (version: string) => {
    if (state.broken) throw new FreshcarError('unavailable', 'The bucket is on holiday.');
    const directions = state.changeable ? warmer : undefined;
    return { ...paintedModel(version, sizes[version] ?? 32), directions };
  };
  let seed = 100;
  // A new registry for each loan, so that a test can break the model at any time.
  const registry = () => registryOf(load, log, state.alternates);
  const model: ModelRegistry = {
    ...registry(),
    use: (work, version) => registry().use(work, version),
    async list() {
      if (state.silent) throw new FreshcarError('unavailable', 'The bucket does not say.');
      return registry().list();
    },
  };
  const app = createApp({ model, freshSeed: () => seed++, log, page: await readPage(folder) });
  const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' });
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  return Object.assign(state, { address: `http://127.0.0.1:${port}`, close: () => void server.close() });
}
