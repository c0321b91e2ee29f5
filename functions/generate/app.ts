import { OpenAPIHono } from '@hono/zod-openapi';
import { addAboutRoutes } from './about-routes.ts';
import { addCarRoutes } from './car-routes.ts';
import type { Log } from './log.ts';
import type { ModelKeeper } from './model-keeper.ts';
import { addPageRoutes, type Page } from './page-routes.ts';
import { problemFromError, problemResponse } from './problem.ts';

export interface AppOptions {
  readonly model: ModelKeeper;
  /** An unpredictable seed from 0 to 4294967295, another one for each call. */
  readonly freshSeed: () => number;
  readonly log: Log;
  readonly page: Page;
}

/** For every answer: it is what its Content-Type says, and pictures may be shown on other people's pages. */
const commonHeaders = {
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Expose-Headers': 'X-Car-Seed, X-Model-Version, ETag, Link',
  'Cross-Origin-Resource-Policy': 'cross-origin',
} as const;

/** The public service. The laptop's server and the Lambda function put the same app behind their own doors. */
export function createApp({ model, freshSeed, log, page }: AppOptions): OpenAPIHono {
  const app = new OpenAPIHono();
  app.use(async (context, next) => {
    await next();
    for (const [name, value] of Object.entries(commonHeaders)) context.res.headers.set(name, value);
  });
  addPageRoutes(app, page, freshSeed);
  addCarRoutes(app, { model, freshSeed });
  addAboutRoutes(app, model);
  app.notFound((context) => {
    const detail = `There is nothing at ${context.req.path}. The page at / and /openapi.json say what there is.`;
    return problemResponse({ status: 404, detail, code: 'not-found' });
  });
  app.onError((error) => problemFromError(error, log));
  return app;
}
