import type { OpenAPIHono, RouteConfig, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { parseParameters } from './parameters.ts';
import { problemResponse, problemSchema } from './problem.ts';

/** A route, said once: what is checked and what the API's description says come from it. */
export interface Route<Params extends z.ZodObject, Query extends z.ZodObject> {
  /** As OpenAPI writes it: `/cars/{seed}.png`. */
  readonly path: string;
  readonly summary: string;
  readonly params: Params;
  readonly query: Query;
  readonly responses: RouteConfig['responses'];
}

export interface CheckedRequest<Params extends z.ZodObject, Query extends z.ZodObject> {
  readonly params: z.output<Params>;
  readonly query: z.output<Query>;
  readonly context: Context;
}

const problem = (description: string) => ({
  description,
  content: { 'application/problem+json': { schema: problemSchema } },
});

/**
 * Adds a GET route (and with it HEAD), its entry in the API's description, and a 405 for all other methods.
 * `OpenAPIHono.openapi` cannot do this because its paths end in a parameter, not in `.png` after one.
 */
export function addRoute<Params extends z.ZodObject, Query extends z.ZodObject>(
  app: OpenAPIHono,
  route: Route<Params, Query>,
  handler: (request: CheckedRequest<Params, Query>) => Response | Promise<Response>,
): void {
  const { path, summary, params, query } = route;
  app.openAPIRegistry.registerPath({
    method: 'get',
    path,
    summary,
    request: { params, query },
    responses: {
      ...route.responses,
      400: problem('A parameter is wrong; `parameter` names it.'),
      503: problem('The model cannot be loaded at the moment.'),
    },
  });
  const routingPath = path.replace(/\{(\w+)\}\.png/, ':$1{[^/]+\\.png}').replace(/\{(\w+)\}/g, ':$1');
  app.get(routingPath, (context) =>
    handler({
      params: parseParameters(params, withoutExtension(context.req.param())),
      query: parseParameters(query, context.req.query()),
      context,
    }),
  );
  app.all(routingPath, methodNotAllowed);
}

export function methodNotAllowed(context: Context): Response {
  const detail = `${context.req.path} answers GET and HEAD only.`;
  return problemResponse({ status: 405, detail, code: 'method-not-allowed' }, { Allow: 'GET, HEAD' });
}

function withoutExtension(values: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, value.replace(/\.png$/, '')]));
}
