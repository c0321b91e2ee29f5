import type { OpenAPIHono } from '@hono/zod-openapi';
import { changesWithModel, etagOf, matchesEtag, neverStored } from './cache.ts';
import { carPng, sheetPng } from './draw.ts';
import type { ModelKeeper } from './model-keeper.ts';
import { type Look, lookQuery, lookString, nothing, scaleOf, seedPath, sheetQuery } from './parameters.ts';
import { addRoute } from './route.ts';
import type { ServedModel } from './served-model.ts';

export interface CarRoutesOptions {
  readonly model: ModelKeeper;
  /** An unpredictable seed, another one for each call. */
  readonly freshSeed: () => number;
}

const png = (description: string) => ({ 200: { description, content: { 'image/png': { schema: binary } } } });
const binary = { type: 'string', format: 'binary' } as const;
const unchanged = { 304: { description: 'The caller has this picture already.' } };

/** The pictures: fresh cars, cars by seed, and sheets of them. */
export function addCarRoutes(app: OpenAPIHono, { model, freshSeed }: CarRoutesOptions): void {
  for (const path of ['/car.png', '/example1.png']) {
    addRoute(
      app,
      {
        path,
        summary: 'A fresh car, another one for each request',
        params: nothing,
        query: lookQuery,
        responses: png('The car'),
      },
      ({ query }) => model.use((served) => freshCar(served, freshSeed(), query)),
    );
  }
  addRoute(
    app,
    {
      path: '/cars/{seed}.png',
      summary: 'The car of a seed',
      params: seedPath,
      query: lookQuery,
      responses: { ...png('The car'), ...unchanged },
    },
    ({ params, query, context }) =>
      model.use((served) => seededCar(served, params.seed, query, context.req.header('If-None-Match'))),
  );
  addRoute(
    app,
    {
      path: '/sheet.png',
      summary: 'A sheet of cars, from `seed` on row by row; a fresh one without a seed',
      params: nothing,
      query: sheetQuery,
      responses: { ...png('The sheet'), ...unchanged },
    },
    ({ query, context }) =>
      model.use(async (served) => {
        const { rows, columns, truncation, seed = freshSeed() } = query;
        const etag = etagOf(served, ['sheet', seed, rows, columns, truncation]);
        const headers = { ...carHeaders(served, seed), ...caching(query.seed !== undefined, etag) };
        if (query.seed !== undefined && matchesEtag(context.req.header('If-None-Match'), etag))
          return unmodified(headers);
        return pngResponse(await sheetPng(served, seed, { rows, columns }, truncation), headers);
      }),
  );
}

async function freshCar(served: ServedModel, seed: number, look: Look): Promise<Response> {
  const picture = await carPng(served, seed, scaleOf(look.size, served.engine.imageSize), look.truncation);
  return pngResponse(picture, {
    ...carHeaders(served, seed),
    'Cache-Control': neverStored,
    // "bookmark" is the registered relation for a permanent link.
    Link: `</cars/${seed}.png${lookString(look)}>; rel="bookmark"`,
  });
}

async function seededCar(served: ServedModel, seed: number, look: Look, known: string | undefined): Promise<Response> {
  const scale = scaleOf(look.size, served.engine.imageSize);
  const etag = etagOf(served, [seed, scale, look.truncation]);
  const headers = { ...carHeaders(served, seed), ...caching(true, etag) };
  if (matchesEtag(known, etag)) return unmodified(headers);
  return pngResponse(await carPng(served, seed, scale, look.truncation), headers);
}

type Headers = Readonly<Record<string, string>>;

function carHeaders({ manifest }: ServedModel, seed: number): Headers {
  return { 'X-Car-Seed': String(seed), 'X-Model-Version': manifest.version };
}

function caching(repeatable: boolean, etag: string): Headers {
  return repeatable ? { ETag: etag, 'Cache-Control': changesWithModel } : { 'Cache-Control': neverStored };
}

function pngResponse(picture: Uint8Array, headers: Headers): Response {
  return new Response(picture as Uint8Array<ArrayBuffer>, { headers: { 'Content-Type': 'image/png', ...headers } });
}

function unmodified(headers: Headers): Response {
  return new Response(null, { status: 304, headers });
}
