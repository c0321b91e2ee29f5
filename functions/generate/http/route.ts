import type { OpenAPIHono, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { cors } from 'hono/cors';
import { parseParameters } from './parameters/parse.ts';
import { ParameterError } from './problem.ts';
import { commonProblems, type Responses } from './responses.ts';

/** Under what the description lists a route. */
export const tags = {
  Pictures: 'Cars, always PNG. Same seed, same model, same car.',
  Models: 'What draws the cars.',
  Service: 'Whether it works, and what it can do.',
  Page: 'The page to explore the cars on.',
} as const;

/** A route, said once: what is checked and what the API's description says come from it. */
export interface Route<Params extends z.ZodObject, Query extends z.ZodObject> {
  /** As OpenAPI writes it: `/cars/{seed}.png`. */
  readonly path: string;
  readonly summary: string;
  readonly tag: keyof typeof tags;
  readonly params: Params;
  readonly query: Query;
  /** All but those that every route has. */
  readonly responses: Responses;
}

export interface CheckedRequest<Params extends z.ZodObject, Query extends z.ZodObject> {
  readonly params: z.output<Params>;
  readonly query: z.output<Query>;
  readonly context: Context;
}

const methods = ['GET', 'HEAD', 'OPTIONS'];

/** What a browser asks before another site's script may use more than the plainest request (Fetch, 3.3). */
const answerPreflight = cors({ origin: '*', allowMethods: methods, allowHeaders: ['*'], maxAge: 86_400 });

/**
 * Adds a GET route (and with it HEAD and OPTIONS) and its entry in the API's description.
 * `OpenAPIHono.openapi` cannot do this because its paths end in a parameter, not in `.png` after one.
 */
export function addRoute<Params extends z.ZodObject, Query extends z.ZodObject>(
  app: OpenAPIHono,
  route: Route<Params, Query>,
  handler: (request: CheckedRequest<Params, Query>) => Response | Promise<Response>,
): void {
  const { path, summary, tag, params, query } = route;
  const responses = { ...route.responses, ...commonProblems };
  app.openAPIRegistry.registerPath({
    method: 'get',
    path,
    summary,
    tags: [tag],
    request: { params, query },
    responses,
  });
  let usual: z.output<Query> | undefined;
  /** Most requests leave everything as it is usual, which is the same each time. */
  const queryOf = (context: Context) => {
    if (context.req.url.includes('?')) return parseQuery(route, context);
    usual ??= parseParameters(query, {});
    return usual;
  };
  const routingPath = path.replace(/\{(\w+)\}\.png/, ':$1{[^/]+\\.png}').replace(/\{(\w+)\}(?!\.)/g, ':$1');
  const isPage = tag === 'Page' || path === '/api';
  app.get(routingPath, (context) => {
    if (isPage && path !== '/' && hasTrailingSlash(context)) return withoutTrailingSlash(context);
    return handler({
      params: parseParameters(params, withoutExtension(path, context.req.param())),
      query: queryOf(context),
      context,
    });
  });
  app.options(routingPath, (context, next) => {
    context.header('Allow', methods.join(', '));
    return answerPreflight(context, next);
  });
}

function hasTrailingSlash({ req }: Context): boolean {
  return new URL(req.url).pathname.endsWith('/');
}

/** A page's own links are relative to its address, so it has one. Relative, too, since there may be a prefix that is not known here. */
function withoutTrailingSlash({ req }: Context): Response {
  const { pathname, search } = new URL(req.url);
  const name = pathname.split('/').findLast((segment) => segment !== '');
  return new Response(null, { status: 308, headers: { Location: `../${name}${search}` } });
}

/** What those who pass links on add to them, to count who follows them: nobody means to ask for anything by it. */
const tracking = /^utm_|clid$/;

/** @throws ParameterError that names the first parameter which is unknown, given twice or wrong. */
function parseQuery<Query extends z.ZodObject>({ path, tag, query }: Route<z.ZodObject, Query>, { req }: Context) {
  const known = Object.keys(query.shape);
  for (const [name, values] of Object.entries(req.queries())) {
    if (known.includes(name) && values.length > 1) throw new ParameterError(name, `${name} can be given once only.`);
    if (known.includes(name) || (tag === 'Page' && tracking.test(name))) continue;
    const takes = known.length === 0 ? 'takes none' : `takes ${known.join(', ')}`;
    throw new ParameterError(name, `${JSON.stringify(name)} is no parameter of ${path}, which ${takes}.`);
  }
  return parseParameters(query, req.query());
}

/** The value of `{seed}.png` is what comes before `.png`. */
function withoutExtension(path: string, values: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      path.includes(`{${name}}.png`) ? value.replace(/\.png$/, '') : value,
    ]),
  );
}
