import type { OpenAPIHono, z } from '@hono/zod-openapi';
import type { Meter } from '../meter.ts';
import type { ModelRegistry } from '../models/model-registry.ts';
import type { ServedModel } from '../models/served-model.ts';
import { acceptsPng } from './accept.ts';
import { answerPicture } from './answer-picture.ts';
import { lookQuery } from './parameters/look.ts';
import { morphQuery, nothing, sheetQuery } from './parameters/queries.ts';
import { seedPath } from './parameters/seeds.ts';
import { versionPath } from './parameters/version.ts';
import { cardPicture, carPicture, morphPicture, type Picture, sheetPicture } from './pictures.ts';
import { problemResponse } from './problem.ts';
import { freshPicture, keptPicture, namedModelProblems, type Responses } from './responses.ts';
import { addRoute } from './route.ts';
import type { WorkQueue } from './work-queue.ts';

export interface CarRoutesOptions {
  readonly model: ModelRegistry;
  /** An unpredictable seed, another one for each call. */
  readonly freshSeed: () => number;
  readonly queue: WorkQueue;
  readonly meter: Meter;
}

/** One kind of picture: where it is, what may be asked of it, and how it is made. */
interface PictureRoute<Query extends z.ZodObject> {
  readonly path: string;
  readonly summary: string;
  readonly query: Query;
  readonly responses: Responses;
  readonly order: (served: ServedModel, query: z.output<Query>, seed: number | undefined) => Picture;
}

/** Which model draws: the current one, or the one that the address names. */
const bases = [
  { path: '', params: nothing, by: '', problems: {} },
  { path: '/models/{version}', params: versionPath, by: ', by a named model', problems: namedModelProblems },
] as const;
type Base = (typeof bases)[number];

/** The pictures: fresh cars, cars by seed, sheets and morphs of them; by the current model and by any that is named. */
export function addCarRoutes(app: OpenAPIHono, options: CarRoutesOptions): void {
  const { freshSeed } = options;
  const addCar = (base: Base, path: string, summary: string, responses: Responses) =>
    addPicture(app, base, options, {
      path,
      summary,
      query: lookQuery,
      responses,
      order: (served, query, seed) => carPicture(served, query, seed, freshSeed),
    });
  addIcon(app, options);
  for (const base of bases) {
    addCar(base, '/car.png', 'A fresh car, another one for each request', freshPicture);
    if (base.path === '') addCar(base, '/example1.png', 'The same, at the address that it had first', freshPicture);
    addCar(base, '/cars/{seed}.png', 'The car of a seed', keptPicture);
    addPicture(app, base, options, {
      path: '/cars/{seed}/card.png',
      summary: 'The car of a seed with its number beside it, 1200 by 630 pixels, for links that are shown elsewhere',
      query: lookQuery.omit({ size: true }),
      responses: keptPicture,
      order: (served, query, seed = 0) => cardPicture(served, query, seed),
    });
    addPicture(app, base, options, {
      path: '/sheet.png',
      summary: 'A sheet of cars, from `seed` on row by row; a fresh one without a seed',
      query: sheetQuery,
      responses: keptPicture,
      order: (served, query) => sheetPicture(served, query, freshSeed),
    });
    addPicture(app, base, options, {
      path: '/morph.png',
      summary: 'A walk from one car to another as an animated PNG; an end that is not named is a fresh car',
      query: morphQuery,
      responses: keptPicture,
      order: (served, query) => morphPicture(served, query, freshSeed),
    });
  }
}

/** Browsers ask for it at every site. */
const iconSeed = 42;

function addIcon(app: OpenAPIHono, options: CarRoutesOptions): void {
  addPicture(app, bases[0], options, {
    path: '/favicon.ico',
    summary: 'A car as the icon of this site',
    query: nothing,
    responses: keptPicture,
    order: (served) => carPicture(served, { truncation: 1 }, iconSeed, options.freshSeed),
  });
}

function addPicture<Query extends z.ZodObject>(
  app: OpenAPIHono,
  base: Base,
  { model, queue, meter }: CarRoutesOptions,
  { path, summary, query, responses, order }: PictureRoute<Query>,
): void {
  const params = base.params.extend(path.includes('{seed}') ? seedPath.shape : {});
  const route = {
    path: base.path + path,
    summary: summary + base.by,
    tag: 'Pictures',
    params,
    query,
    responses: { ...responses, ...base.problems },
  } as const;
  addRoute(app, route, async ({ params, query, context }) => {
    if (!acceptsPng(context.req.header('Accept'))) return notAcceptable();
    const { seed, version }: { seed?: number; version?: string } = params;
    const answer = (served: ServedModel) =>
      answerPicture(context, order(served, query, seed), { served, version, queue, meter });
    return model.use(answer, version);
  });
}

function notAcceptable(): Response {
  const detail = 'This is a PNG, which the Accept header of the request refuses.';
  return problemResponse({ status: 406, detail, code: 'not-acceptable' });
}
