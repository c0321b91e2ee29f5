import './plain-schemas.ts';
import { randomInt } from 'node:crypto';
import { createApp } from '../http/app.ts';
import { readPage } from '../http/page-files.ts';
import type { Log } from '../log.ts';
import type { Meter } from '../meter.ts';
import type { ModelRegistry } from '../models/model-registry.ts';
import { createLambdaHandler, type LambdaHandler } from './lambda.ts';

export interface HandlerOptions {
  readonly model: ModelRegistry;
  readonly log: Log;
  readonly meter: Meter;
  /** The folder of the built page. */
  readonly page: string;
  readonly publicUrl: string | undefined;
  readonly originSecret: string | undefined;
}

/** All that answers requests, in a module of its own: it is evaluated while the store is being asked for the model. */
export async function createHandler({
  page,
  publicUrl,
  originSecret,
  ...options
}: HandlerOptions): Promise<LambdaHandler> {
  const app = createApp({ ...options, freshSeed: () => randomInt(2 ** 32), page: await readPage(page) });
  return createLambdaHandler({ app, model: options.model, publicUrl, originSecret });
}
