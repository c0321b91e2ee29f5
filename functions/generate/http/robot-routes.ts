import type { OpenAPIHono } from '@hono/zod-openapi';
import { fileOf, sendFile } from './file.ts';
import { nothing } from './parameters/queries.ts';
import { textResponse, unchangedResponse } from './responses.ts';
import { addRoute } from './route.ts';

/** Pages and single cars may be shown elsewhere; sheets and morphs cost most, and there is no end of them. */
const rules = [
  'User-agent: *',
  'Disallow: /sheet.png',
  'Disallow: /morph.png',
  'Disallow: /models/*/sheet.png',
  'Disallow: /models/*/morph.png',
  'Disallow: /models/*/*.onnx',
  '',
].join('\n');

/** What crawlers are asked to leave alone. */
export function addRobotRoutes(app: OpenAPIHono): void {
  const file = fileOf(rules, 'text/plain; charset=utf-8');
  const route = {
    path: '/robots.txt',
    summary: 'What crawlers are asked to leave alone',
    tag: 'Service',
    params: nothing,
    query: nothing,
    responses: { ...textResponse('The rules', 'text/plain'), ...unchangedResponse },
  } as const;
  addRoute(app, route, ({ context }) => sendFile(context, file));
}
