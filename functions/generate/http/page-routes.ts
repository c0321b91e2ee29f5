import type { OpenAPIHono } from '@hono/zod-openapi';
import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { ModelRegistry } from '../models/model-registry.ts';
import { aboutMain } from './about-page.ts';
import { neverChanges, neverStored } from './cache.ts';
import { carName, explorerValues, sharingHead } from './page-car.ts';
import { fill, type Page, render, type Values, type ViewName } from './page-files.ts';
import { baseOf, choosePageModel, modelNotice, type PageModels } from './page-models.ts';
import { morphValues } from './page-morph.ts';
import { wallValues } from './page-wall.ts';
import { aboutQuery, findQuery, lookString, morphPageQuery, nothing, pageQuery, wallQuery } from './parameters.ts';
import { problemResponse } from './problem.ts';
import { publicAddress } from './public-address.ts';
import { binaryResponse, modelProblems, textResponse } from './responses.ts';
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

function addExplorer(app: OpenAPIHono, { page, model, freshSeed, patience }: PageRoutesOptions): void {
  const route = {
    path: '/',
    summary: 'A page to explore the cars on',
    tag: 'Page',
    params: nothing,
    query: pageQuery,
    responses: textResponse('The page', 'text/html'),
  } as const;
  addRoute(app, route, async ({ query, context }) => {
    const models = await choosePageModel(model, query.model, patience);
    const look = { ...query, seed: query.seed ?? freshSeed() };
    const values = explorerValues(look, models, query.model);
    const origin = publicAddress(context);
    const shared = { ...sharedValues(models), title: carName(look), head: sharingHead(look, models, origin) };
    return sendView(context, page, 'explorer', { ...shared, icon: values.car ?? '' }, values);
  });
}

function addMorph(app: OpenAPIHono, { page, model, freshSeed, patience }: PageRoutesOptions): void {
  const route = {
    path: '/morph',
    summary: 'A page to walk from car to car on',
    tag: 'Page',
    params: nothing,
    query: morphPageQuery,
    responses: textResponse('The page', 'text/html'),
  } as const;
  addRoute(app, route, async ({ query, context }) => {
    const models = await choosePageModel(model, query.model, patience);
    const cars = query.cars ?? [freshSeed(), freshSeed()];
    const values = morphValues(query, cars, models);
    const shared = { ...sharedValues(models), title: 'From car to car' };
    return sendView(context, page, 'morph', { ...shared, icon: values.still ?? '' }, values);
  });
}

function addWall(app: OpenAPIHono, { page, model, patience }: PageRoutesOptions): void {
  const route = {
    path: '/wall',
    summary: 'A page of all cars, one after the other',
    tag: 'Page',
    params: nothing,
    query: wallQuery,
    responses: textResponse('The page', 'text/html'),
  } as const;
  addRoute(app, route, async ({ query, context }) => {
    const models = await choosePageModel(model, query.model, patience);
    const values = wallValues(query, models);
    return sendView(
      context,
      page,
      'wall',
      { ...sharedValues(models), title: 'The wall', icon: values.icon ?? '' },
      values,
    );
  });
}

function addFind(app: OpenAPIHono, { page, model, patience }: PageRoutesOptions): void {
  const route = {
    path: '/find',
    summary: 'A page to find the car on that is nearest to a photograph, which stays in the browser, or to a colour',
    tag: 'Page',
    params: nothing,
    query: findQuery,
    responses: textResponse('The page', 'text/html'),
  } as const;
  addRoute(app, route, async ({ query, context }) => {
    const models = await choosePageModel(model, query.model, patience);
    const { shown } = models;
    const base = baseOf(shown);
    const values = {
      base,
      size: String(shown?.imageSize ?? ''),
      model: shown?.version ?? '',
      wall: `wall${lookString({ model: shown?.version })}`,
      notice: { markup: modelNotice(models, { seed: 42, truncation: 1 }, query.model) },
    };
    const shared = { ...sharedValues(models), title: 'Find a car', icon: `${base}cars/42.png` };
    return sendView(context, page, 'find', shared, values);
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

function sendView(context: Context, page: Page, view: ViewName, shared: Values, values: Values): Response {
  const { main, script } = page.views[view];
  return sendPage(context, render(page, { main: fill(main, values), script }, shared), {
    'Cache-Control': neverStored,
  });
}

const assetPath = z.object({
  name: z
    .string()
    .regex(/^[\w.-]{1,80}$/, 'must be the name of a file')
    .openapi({
      param: { name: 'name', in: 'path' },
      type: 'string',
      maxLength: 80,
      description: 'The name of a file.',
      example: 'engine-1.js',
    }),
});

/**
 * A worker has the policy of its own answer: only there may WebAssembly be compiled, which pages may not.
 */
const assetPolicy = "default-src 'none'; connect-src 'self'; script-src 'wasm-unsafe-eval'";

function addAssets(app: OpenAPIHono, { assets }: Page): void {
  const route = {
    path: '/assets/{name}',
    summary: 'A file that a page’s script fetches when it needs it; its name holds a hash of its content',
    tag: 'Page',
    params: assetPath,
    query: nothing,
    responses: binaryResponse('The file'),
  } as const;
  addRoute(app, route, async ({ params, context }) => {
    const asset = assets.get(params.name);
    if (!asset) {
      const detail = `There is no file ${params.name} here. Reload the page: it may be of another version of this service.`;
      return problemResponse({ status: 404, detail, code: 'not-found' });
    }
    const headers = {
      'Content-Type': asset.type,
      'Cache-Control': neverChanges,
      'Content-Security-Policy': assetPolicy,
    };
    return context.body(new Uint8Array(await asset.read()), 200, headers);
  });
}
