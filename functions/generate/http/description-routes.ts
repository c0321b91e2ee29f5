import { type OpenAPIHono, z } from '@hono/zod-openapi';
import { apiPage } from './api-page.ts';
import { descriptionSchema } from './description.ts';
import { fileOf, sendFile } from './file.ts';
import { type Page, render } from './page-files.ts';
import { nothing } from './parameters/queries.ts';
import { jsonResponse, textResponse, unchangedResponse } from './responses.ts';
import { addRoute, tags } from './route.ts';
import { sendPage } from './send-page.ts';

const info = {
  title: 'freshcar',
  version: '1',
  description: [
    'Pictures of cars that do not exist, drawn by a small neural network. There is no key and no account.',
    'Every address answers HEAD as it answers GET, without the body, and OPTIONS for scripts on other sites;',
    'any other method is a 405, an unknown address a 404, and both are problem details like all errors here (RFC 9457).',
  ].join(' '),
};

/** The API's description for programs and for people; the latter is made of the former. Add it after all other routes. */
export function addDescriptionRoutes(app: OpenAPIHono, page: Page): void {
  // Both are made when first asked for, because a cold start has better things to do, and kept.
  const describe = once(() => describeApi(app));
  const description = once(() => fileOf(JSON.stringify(describe()), 'application/json'));
  const readable = once(() => {
    const main = apiPage(descriptionSchema.parse(describe()));
    const rendered = render(
      page,
      { main },
      { title: 'API', root: '', about: 'about', morph: 'morph', wall: 'wall', find: 'find', icon: 'cars/42.png' },
    );
    return { rendered, ...fileOf(rendered.html, 'text/html') };
  });
  const route = { tag: 'Service', params: nothing, query: nothing } as const;
  addRoute(
    app,
    {
      ...route,
      path: '/openapi.json',
      summary: 'This description, in OpenAPI 3.1',
      responses: { ...jsonResponse('The description', z.record(z.string(), z.unknown())), ...unchangedResponse },
    },
    ({ context }) => sendFile(context, description()),
  );
  const responses = { ...textResponse('The page', 'text/html'), ...unchangedResponse };
  addRoute(app, { ...route, path: '/api', summary: 'This description, to read', responses }, ({ context }) => {
    const { rendered, etag } = readable();
    return sendPage(context, rendered, { 'Cache-Control': 'public, max-age=300', ETag: etag });
  });
}

function describeApi(app: OpenAPIHono) {
  const listed = Object.entries(tags).map(([name, description]) => ({ name, description }));
  return app.getOpenAPI31Document({ openapi: '3.1.0', info, tags: listed });
}

function once<Value extends object>(make: () => Value): () => Value {
  let made: Value | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
