import type { OpenAPIHono } from '@hono/zod-openapi';
import { z } from '@hono/zod-openapi';
import { neverChanges } from './cache.ts';
import type { Page } from './page-files.ts';
import { nothing } from './parameters/queries.ts';
import { problemResponse } from './problem.ts';
import { binaryResponse } from './responses.ts';
import { addRoute } from './route.ts';

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

/** The files that the pages' scripts fetch. */
export function addAssets(app: OpenAPIHono, { assets }: Page): void {
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
