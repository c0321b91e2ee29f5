import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { FreshcarError } from '../../model/errors.ts';
import { neverStored } from './cache.ts';
import { type File, fileOf, sendFile } from './file.ts';
import { lookString, nothing, pageQuery } from './parameters.ts';
import { textResponse, unchangedResponse } from './responses.ts';
import { addRoute } from './route.ts';

/** The explorer page as it is served. */
export interface Page {
  /** HTML with `{{seed}}`, `{{query}}`, `{{truncation}}` and `{{origin}}` left open. */
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

/** The page and its two files. Its first car is in the HTML already, so it shows without JavaScript. */
export function addPageRoutes(app: OpenAPIHono, page: Page, freshSeed: () => number): void {
  const route = {
    path: '/',
    summary: 'A page to explore the cars on',
    tag: 'Page',
    params: nothing,
    query: pageQuery,
    responses: textResponse('The page', 'text/html'),
  } as const;
  addRoute(app, route, ({ query, context }) => {
    const values: Record<string, string> = {
      seed: String(query.seed ?? freshSeed()),
      query: lookString({ truncation: query.truncation }),
      // The picture that others see of a shared link; `&amp;` because it stands in an attribute.
      preview: lookString({ size: 512, truncation: query.truncation }).replace('&', '&amp;'),
      truncation: String(query.truncation),
      // A parsed URL's origin holds no character that means something in HTML.
      origin: new URL(context.req.url).origin,
    };
    const html = page.html.replace(/\{\{(\w+)\}\}/g, (_, name: string) => values[name] ?? '');
    return context.html(html, 200, {
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
