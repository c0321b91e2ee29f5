import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { serve } from '@hono/node-server';
import fc from 'fast-check';
import { expect, it, onTestFinished } from 'vitest';
import type { HttpResult } from '../../../../functions/generate/lambda/http-event.ts';
import { createLambdaHandler } from '../../../../functions/generate/lambda/lambda.ts';
import { FreshcarError } from '../../../../model/errors.ts';
import { httpEvent, invocation } from '../../../support/lambda-events.ts';
import { paintedModel, startApp } from '../fixtures.ts';
import { type DescribedParameter, deviation, readDescription } from '../openapi.ts';

/** Two models exist. */
const load = async (version: string) => {
  if (version !== 'painted' && version !== 'other-64') throw new FreshcarError('not-found', 'There is no such model.');
  return paintedModel(version, version === 'painted' ? 32 : 64);
};

/** What a parameter may be by its description. */
function allowed({ name, schema }: DescribedParameter): fc.Arbitrary<string> {
  const { type, minimum = 0, exclusiveMinimum, maximum = 1, multipleOf = 1 } = schema;
  if (name === 'version' || name === 'model') return fc.constantFrom('painted', 'other-64', 'none');
  if (type === 'integer')
    return fc
      .integer({ min: Math.ceil(minimum / multipleOf), max: Math.floor(maximum / multipleOf) })
      .map((value) => String(value * multipleOf));
  return fc
    .double({ min: exclusiveMinimum ?? minimum, minExcluded: true, max: maximum, noNaN: true })
    .map((value) => value.toFixed(6))
    .filter((text) => Number(text) > 0);
}

const hostile = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.integer().map(String),
  fc.double().map(String),
  fc.constantFrom('', '-0', '1e9', '0x10', '../../etc/passwd', '%00', '%', '__proto__', '<script>', '9'.repeat(5000)),
);

const headerText = fc.string({ unit: fc.constantFrom(...'abz*/,;="q.01 W\\-'), maxLength: 40 });
const request = fc.record(
  {
    method: fc.constantFrom('GET', 'GET', 'GET', 'HEAD', 'OPTIONS', 'POST', 'DELETE', 'PROPFIND'),
    accept: fc.oneof(fc.constantFrom('*/*', 'image/png', 'text/html', 'image/*;q=0'), headerText),
    ifNoneMatch: fc.oneof(fc.constant('*'), headerText),
  },
  { requiredKeys: ['method'] },
);

/** A query or a path's values by name: each as described, hostile, or, where it may be, missing. */
function values(parameters: readonly DescribedParameter[]): fc.Arbitrary<Record<string, string>> {
  const arbitraries = parameters.map((parameter): [string, fc.Arbitrary<string>] => [
    parameter.name,
    fc.oneof({ arbitrary: allowed(parameter), weight: 4 }, { arbitrary: hostile, weight: 1 }),
  ]);
  const requiredKeys = parameters.filter(({ required }) => required).map(({ name }) => name);
  return fc.record(Object.fromEntries(arbitraries), { requiredKeys });
}

it('answers every request that its description allows, and every one that it does not, as described', async () => {
  const { app, get, lines } = startApp(load, { alternates: ['other-64'] });
  const description = readDescription(await (await get('/openapi.json')).text());
  const asked = fc.constantFrom(...Object.entries(description.paths)).chain(([path, { get: operation }]) => {
    const of = (place: 'path' | 'query') => values(operation.parameters.filter((parameter) => parameter.in === place));
    return fc.record({
      path: fc.constant(path),
      inPath: of('path'),
      query: of('query'),
      // Seldom: with one more parameter than there is, every request is refused alike.
      extra: fc.oneof({ arbitrary: fc.constant(undefined), weight: 9 }, { arbitrary: hostile, weight: 1 }),
      request,
    });
  });
  const statuses = new Set<number>();
  await fc.assert(
    fc.asyncProperty(asked, async ({ path, inPath, query, extra, request }) => {
      const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(inPath[name] ?? ''));
      const search = new URLSearchParams({ ...query, ...(extra !== undefined && { extra }) });
      const { method, accept, ifNoneMatch } = request;
      const headers = {
        ...(accept !== undefined && { Accept: accept }),
        ...(ifNoneMatch !== undefined && { 'If-None-Match': ifNoneMatch }),
      };
      const response = await app.request(`${filled}?${search}`, { method, headers });
      statuses.add(response.status);
      const body = await response.text();
      expect(response.status).toBeLessThan(500);
      // A hostile value can make it another address, which then is not there.
      const elsewhere =
        (response.status === 404 && !description.paths[path]?.get.responses[404]) ||
        // A path's end that is nothing, or dots, names the folder above.
        Object.values(inPath).some((value) => ['', '.', '..'].includes(value));
      if (method === 'GET' || method === 'HEAD') {
        const why = deviation(description, path, response, method === 'HEAD' ? undefined : body);
        expect(elsewhere || why === undefined ? undefined : why).toBeUndefined();
      } else {
        expect([204, 404, 405]).toContain(response.status);
      }
    }),
    { numRuns: 3000 },
  );
  // A fuzzer that meets refusals only has not tried much.
  expect([...statuses].sort()).toEqual([200, 204, 304, 400, 404, 405, 406]);
  expect(lines.filter(({ level }) => level === 'error')).toEqual([]);
}, 120_000);

it('answers whatever AWS may hand to the function, rubbish too', async () => {
  const { app, model } = startApp(load);
  const handler = createLambdaHandler({ app, model });
  const text = fc.oneof(
    fc.constantFrom(
      '/',
      '/car.png',
      '/cars/1.png',
      '/sheet.png',
      '/models',
      '/models/painted/car.png',
      '//',
      '/%',
      '/..',
    ),
    fc.string({ unit: 'binary' }),
  );
  const odd = fc.oneof({ arbitrary: text, weight: 3 }, { arbitrary: fc.jsonValue(), weight: 1 });
  const method = fc.oneof(fc.constantFrom('GET', 'HEAD', 'OPTIONS', 'CONNECT', 'TRACE', ''), fc.string());
  const http = fc.record({ rawPath: text, rawQueryString: odd, headers: fc.dictionary(fc.string(), odd), method, odd });
  const event = fc.oneof(
    fc.jsonValue(),
    http.map(({ method, rawPath, rawQueryString, headers }) => ({
      ...httpEvent(rawPath, { method }),
      rawQueryString,
      headers,
    })),
    http.map(({ method, odd, ...rest }) => ({ ...rest, requestContext: { domainName: odd, http: { method } } })),
    http.map(({ rawPath, odd }) => ({ ...httpEvent(rawPath), headers: odd, cookies: odd, body: odd })),
  );
  await fc.assert(
    fc.asyncProperty(event, async (event) => {
      const result = await handler(event, invocation);
      if ('warm' in result) {
        expect(result).toEqual({ warm: true, version: 'painted' });
        return;
      }
      const { statusCode, headers, body, isBase64Encoded }: HttpResult = result;
      expect(statusCode).toBeLessThan(500);
      expect(Object.values(headers).every((value) => typeof value === 'string')).toBe(true);
      expect(typeof body).toBe('string');
      if (isBase64Encoded && body !== '') expect(Buffer.from(body, 'base64').toString('latin1', 1, 4)).toBe('PNG');
    }),
    { numRuns: 600 },
  );
}, 120_000);

it('answers or refuses whatever bytes arrive at its port, and goes on', async () => {
  const { app } = startApp(load);
  const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' });
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const printable = fc.string({ maxLength: 60 });
  const raw = fc.oneof(
    fc
      .tuple(
        fc.constantFrom('GET', 'HEAD', 'OPTIONS', 'BREW', 'CONNECT'),
        printable,
        fc.dictionary(printable, printable),
      )
      .map(([method, path, headers]) => {
        const fields = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
        return `${method} /${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${fields.join('')}\r\n`;
      }),
    fc.string({ unit: 'binary' }).map((text) => `${text}\r\n\r\n`),
    fc.constantFrom('GET /car.png HTTP/1.1\r\n\r\n', 'GET http://[ HTTP/1.1\r\nHost: x\r\n\r\n', '\r\n\r\n'),
  );
  await fc.assert(
    fc.asyncProperty(raw, async (bytes) => {
      const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(await answerTo(port, bytes))?.[1] ?? 0);
      expect(status).toBeLessThan(500);
    }),
    { numRuns: 200 },
  );
  expect((await fetch(`http://127.0.0.1:${port}/car.png`)).status).toBe(200);
}, 120_000);

/** All that comes back on a connection of its own. */
async function answerTo(port: number, bytes: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  let answer = '';
  socket.setEncoding('latin1').on('data', (data) => {
    answer += data;
  });
  socket.on('error', () => undefined);
  socket.end(bytes);
  await once(socket, 'close');
  return answer;
}
