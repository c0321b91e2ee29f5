import type { OpenAPIHono, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { ModelRegistry } from '../models/model-registry.ts';
import { aboutMain } from './about-page.ts';
import { addAssets } from './asset-routes.ts';
import { neverStored } from './cache.ts';
import { carName, explorerValues, sharingHead } from './page-car.ts';
import { fill, type Page, render, type Values, type ViewName } from './page-files.ts';
import { baseOf, choosePageModel, modelNotice, type PageModels } from './page-models.ts';
import { morphValues } from './page-morph.ts';
import { wallValues } from './page-wall.ts';
import { lookString } from './parameters/look.ts';
import { aboutQuery, findQuery, morphPageQuery, nothing, pageQuery, wallQuery } from './parameters/queries.ts';
import { publicAddress } from './public-address.ts';
import { modelProblems, textResponse } from './responses.ts';
import { addRoute } from './route.ts';
import { sendPage } from './send-page.ts';

export interface PageRoutesOptions {
  readonly page: Page;
  readonly model: ModelRegistry;
  /** An unpredictable seed, another one for each call. */
  readonly freshSeed: () => number;
  /** Milliseconds that the page waits to hear which models there are; after that it does without. */
  readonly patience: number;
}

/** The pages, and the files that their scripts fetch. The explorer's first car is in its HTML already, so it shows without JavaScript. */
export function addPageRoutes(app: OpenAPIHono, options: PageRoutesOptions): void {
  addExplorer(app, options);
  addMorph(app, options);
  addWall(app, options);
  addFind(app, options);
  addAbout(app, options);
  addAssets(app, options.page);
}

/** A page whose script goes on from what its HTML shows already. */
interface View<Query extends z.ZodObject> {
  readonly view: ViewName;
  readonly path: string;
  readonly summary: string;
  readonly query: Query;
  /** What its main part is filled with, and what the frame of all pages is, besides the same everywhere. */
  show(query: z.output<Query>, models: PageModels, context: Context): { readonly main: Values; readonly frame: Values };
}

function addView<Query extends z.ZodObject>(
  app: OpenAPIHono,
  { page, model, patience }: PageRoutesOptions,
  { view, path, summary, query, show }: View<Query>,
): void {
  const responses = textResponse('The page', 'text/html');
  const route = { path, summary, tag: 'Page', params: nothing, query, responses } as const;
  addRoute(app, route, async ({ query, context }) => {
    const { model: asked }: { model?: string } = query;
    const models = await choosePageModel(model, asked, patience);
    const { main, frame } = show(query, models, context);
    const { main: template, script } = page.views[view];
    const rendered = render(page, { main: fill(template, main), script }, { ...sharedValues(models), ...frame });
    return sendPage(context, rendered, { 'Cache-Control': neverStored });
  });
}

function addExplorer(app: OpenAPIHono, options: PageRoutesOptions): void {
  addView(app, options, {
    view: 'explorer',
    path: '/',
    summary: 'A page to explore the cars on',
    query: pageQuery,
    show(query, models, context) {
      const look = { ...query, seed: query.seed ?? options.freshSeed() };
      const main = explorerValues(look, models, query.model);
      const head = sharingHead(look, models, publicAddress(context));
      return { main, frame: { title: carName(look), head, icon: main.car ?? '' } };
    },
  });
}

function addMorph(app: OpenAPIHono, options: PageRoutesOptions): void {
  addView(app, options, {
    view: 'morph',
    path: '/morph',
    summary: 'A page to walk from car to car on',
    query: morphPageQuery,
    show(query, models) {
      const main = morphValues(query, query.cars ?? [options.freshSeed(), options.freshSeed()], models);
      return { main, frame: { title: 'From car to car', icon: main.still ?? '' } };
    },
  });
}

function addWall(app: OpenAPIHono, options: PageRoutesOptions): void {
  addView(app, options, {
    view: 'wall',
    path: '/wall',
    summary: 'A page of all cars, one after the other',
    query: wallQuery,
    show(query, models) {
      const main = wallValues(query, models);
      return { main, frame: { title: 'The wall', icon: main.icon ?? '' } };
    },
  });
}

function addFind(app: OpenAPIHono, options: PageRoutesOptions): void {
  addView(app, options, {
    view: 'find',
    path: '/find',
    summary: 'A page to find the car on that is nearest to a photograph, which stays in the browser, or to a colour',
    query: findQuery,
    show(query, models) {
      const { shown } = models;
      const base = baseOf(shown);
      const main = {
        base,
        size: String(shown?.imageSize ?? ''),
        model: shown?.version ?? '',
        wall: `wall${lookString({ model: shown?.version })}`,
        notice: { markup: modelNotice(models, { seed: 42, truncation: 1 }, query.model) },
      };
      return { main, frame: { title: 'Find a car', icon: `${base}cars/42.png` } };
    },
  });
}

function addAbout(app: OpenAPIHono, { page, model, freshSeed, patience }: PageRoutesOptions): void {
  const route = {
    path: '/about',
    summary: 'A page about a model, for people',
    tag: 'Page',
    params: nothing,
    query: aboutQuery,
    responses: { ...textResponse('The page', 'text/html'), ...modelProblems },
  } as const;
  addRoute(app, route, async ({ query, context }) => {
    const models = await choosePageModel(model, query.model, patience);
    const { manifest, card } = await model.use(async ({ manifest, readFile }) => {
      const bytes = cardName in manifest.files ? await readFile?.(cardName) : undefined;
      return { manifest, card: bytes && new TextDecoder().decode(bytes) };
    }, models.shown?.version);
    const guess = { round: query.round ?? freshSeed(), side: query.side };
    const icon = `models/${manifest.version}/cars/42.png`;
    const shared = { ...sharedValues(models), title: `About ${manifest.version}`, icon };
    const rendered = render(page, { main: aboutMain(manifest, card, { models, guess, next: freshSeed() }) }, shared);
    return sendPage(context, rendered, { 'Cache-Control': neverStored });
  });
}

/** The card of a bundle. */
const cardName = 'card.md';

/** What the frame of every page is filled with. */
function sharedValues(models: PageModels): Values {
  const query = lookString({ model: models.shown?.version });
  const named = (page: string) => `${page}${query}`;
  return { root: '', about: named('about'), morph: named('morph'), wall: named('wall'), find: named('find') };
}
