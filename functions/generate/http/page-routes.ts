import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { FreshcarError } from '../../../model/errors.ts';
import type { ModelKeeper } from '../models/model-registry.ts';
import { neverStored } from './cache.ts';
import { type File, fileOf, sendFile } from './file.ts';
import { baseOf, choosePageModel, modelSwitch, nameOf } from './page-models.ts';
import { lookString, nothing, pageQuery } from './parameters.ts';
import { textResponse, unchangedResponse } from './responses.ts';
import { addRoute } from './route.ts';

/** The explorer page as it is served. */
export interface Page {
  /** HTML in which `{{seed}}` and the other `PageValues` are left open. */
  readonly html: string;
  readonly assets: ReadonlyMap<string, File>;
}

const assetTypes = { 'style.css': 'text/css; charset=utf-8', 'explorer.js': 'text/javascript; charset=utf-8' } as const;

/**
 * Reads the built page: `index.html`, `style.css` and `explorer.js`.
 *
 * @throws FreshcarError `missing-dependency` when it has not been built.
 */
export async function readPage(folder: string): Promise<Page> {
  const read = (name: string) =>
    readFile(path.join(folder, name), 'utf8').catch((cause: unknown) => {
      throw new FreshcarError(
        'missing-dependency',
        `The page is not built: no ${name} in ${folder}. Run npm run build.`,
        {
          cause,
        },
      );
    });
  const assets = new Map<string, File>();
  for (const [name, type] of Object.entries(assetTypes)) assets.set(name, fileOf(await read(name), type));
  return { html: await read('index.html'), assets };
}

// Nothing inline and nothing from elsewhere; a data: URL is not needed either.
export const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

export interface PageRoutesOptions {
  readonly page: Page;
  readonly model: ModelKeeper;
  /** An unpredictable seed, another one for each call. */
  readonly freshSeed: () => number;
  /** Milliseconds that the page waits to hear which models there are; after that it does without. */
  readonly patience: number;
}

/** What is filled into the page. All of it is made of numbers and versions, which hold nothing that means something in HTML. */
interface PageValues {
  readonly seed: string;
  readonly truncation: string;
  readonly origin: string;
  /** What the addresses of pictures begin with: nothing, or a model. */
  readonly base: string;
  /** What the page's address calls the model; empty for the one that it shows anyway. */
  readonly model: string;
  /** The query strings of the car, of its large picture for those who are shown a shared link, and of the page. */
  readonly query: string;
  readonly preview: string;
  readonly permalink: string;
  /** That of the page with another car. */
  readonly another: string;
  /** Where to read about the model. */
  readonly about: string;
  /** Width and height of a car in pixels; empty when it is not known. */
  readonly size: string;
  /** The links from one model to another. */
  readonly models: string;
}

/** The page and its two files. Its first car is in the HTML already, so it shows without JavaScript. */
export function addPageRoutes(app: OpenAPIHono, { page, model, freshSeed, patience }: PageRoutesOptions): void {
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
    const { seed = freshSeed(), truncation } = query;
    const [base, name] = [baseOf(models.shown), nameOf(models.shown, models)];
    // They stand in attributes.
    const queryString = (look: Parameters<typeof lookString>[0]) => lookString(look).replaceAll('&', '&amp;');
    const values: PageValues = {
      seed: String(seed),
      truncation: String(truncation),
      // A parsed URL's origin holds no character that means something in HTML.
      origin: new URL(context.req.url).origin,
      base,
      model: name ?? '',
      query: queryString({ truncation }),
      // A multiple of every model's own size.
      preview: queryString({ size: 512, truncation }),
      permalink: queryString({ seed, truncation, model: name }),
      another: queryString({ truncation, model: name }),
      about: base === '' ? 'model' : base.slice(0, -1),
      size: String(models.shown?.imageSize ?? ''),
      models: modelSwitch(models, { seed, truncation }),
    };
    return context.html(fill(page.html, values), 200, {
      'Cache-Control': neverStored,
      'Content-Security-Policy': contentSecurityPolicy,
    });
  });
  for (const [name, asset] of page.assets) {
    const responses = { ...textResponse('The file', asset.type.split(';')[0] ?? ''), ...unchangedResponse };
    addRoute(
      app,
      { path: `/${name}`, summary: 'A file of the pages', tag: 'Page', params: nothing, query: nothing, responses },
      ({ context }) => sendFile(context, asset),
    );
  }
}

function fill(html: string, values: PageValues): string {
  const byName = new Map<string, string>(Object.entries(values));
  return html.replace(/\{\{(\w+)\}\}/g, (_, name: string) => byName.get(name) ?? '');
}
