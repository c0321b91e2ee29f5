import { OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { methodNotAllowed } from 'hono/method-not-allowed';
import { timing } from 'hono/timing';
import type { Log } from '../log.ts';
import { type Meter, noMeter } from '../meter.ts';
import type { ModelRegistry } from '../models/model-registry.ts';
import { addAboutRoutes } from './about-routes.ts';
import { addCarPage } from './car-page.ts';
import { addCarRoutes } from './car-routes.ts';
import { addDescriptionRoutes } from './description-routes.ts';
import { addModelFileRoutes } from './model-file-routes.ts';
import type { Page } from './page-files.ts';
import { addPageRoutes } from './page-routes.ts';
import { routingPath } from './path.ts';
import { problemFromError, problemResponse } from './problem.ts';
import { addRobotRoutes } from './robot-routes.ts';
import { limitTime } from './time-limit.ts';
import { createWorkQueue } from './work-queue.ts';

export interface AppOptions {
  readonly model: ModelRegistry;
  /** An unpredictable seed from 0 to 4294967295, another one for each call. */
  readonly freshSeed: () => number;
  readonly log: Log;
  readonly meter?: Meter;
  readonly page: Page;
  /** Milliseconds that a request may take where its door names no limit; default 20000. */
  readonly timeLimit?: number;
  /** Milliseconds that the page waits to hear which models there are before it does without; default 2000. */
  readonly pagePatience?: number;
}

/** For every answer: it is what its Content-Type says, and pictures may be shown on other people's pages. */
const commonHeaders = {
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Strict-Transport-Security': 'max-age=31536000',
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Expose-Headers': 'X-Car-Seed, X-Model-Version, ETag, Link, Server-Timing, Retry-After, X-Parts',
  'Cross-Origin-Resource-Policy': 'cross-origin',
} as const;

/** The public service. The laptop's server and the Lambda function put the same app behind their own doors. */
export function createApp(options: AppOptions): OpenAPIHono {
  const { model, freshSeed, log, meter = noMeter, page, timeLimit = 20_000 } = options;
  const { pagePatience: patience = 2000 } = options;
  const app = new OpenAPIHono({ getPath: routingPath });
  app.use(async (context, next) => {
    await next();
    for (const [name, value] of Object.entries(commonHeaders)) context.res.headers.set(name, value);
  });
  app.use(timing({ totalDescription: '', crossOrigin: true }));
  app.use(methodNotAllowed({ app, onMethodNotAllowed: refuseMethod }));
  app.use(limitTime(timeLimit, meter));
  addPageRoutes(app, { page, model, freshSeed, patience });
  addCarRoutes(app, { model, freshSeed, queue: createWorkQueue(), meter });
  addCarPage(app, { page, model });
  addAboutRoutes(app, model);
  addModelFileRoutes(app, model);
  addRobotRoutes(app);
  addDescriptionRoutes(app, page);
  app.notFound((context) => {
    const detail = `There is nothing at ${context.req.path}. The page at /api says what there is.`;
    return problemResponse({ status: 404, detail, code: 'not-found' });
  });
  app.onError((error) => problemFromError(error, log));
  return app;
}

function refuseMethod({ req }: Context, methods: readonly string[]): Response {
  const allow = methods.join(', ');
  const detail = `${req.path} answers ${allow} only.`;
  return problemResponse({ status: 405, detail, code: 'method-not-allowed' }, { Allow: allow });
}
