import { describe, expect, it, onTestFinished } from 'vitest';
import { PlainRequest, PlainResponse, usePlainMessages } from '../../../../functions/generate/lambda/plain-messages.ts';
import { startApp } from '../fixtures.ts';

const own = { Request, Response, Headers };

/** What a request is, or that there is no such one. */
function describeRequest(make: () => Request | PlainRequest) {
  try {
    const { url, method, headers, body } = make();
    return { url, method, headers: [...headers], body };
  } catch (error) {
    return error instanceof TypeError;
  }
}

describe('a plain request', () => {
  it.each([
    ['https://a.example/x?y=1#z', 'GET'],
    ['https://a.example', 'get'],
    ['https://a.example/%7E/../b c', 'Post'],
    ['https://a.example/', 'PATCH'],
    ['https://a.example/', 'patch'],
    ['https://a.example/', 'TRACE'],
    ['https://a.example/', 'connect'],
    ['https://a.example/', 'track'],
    ['https://a.example/', 'a b'],
    ['https://a.example/', ''],
    ['https://user@a.example/', 'GET'],
    ['https://user:word@a.example/', 'GET'],
    ['nowhere', 'GET'],
  ])("is Node's own: %s, %s", (url, method) => {
    const headers = { Accept: '*/*', 'If-None-Match': '"a"' };
    expect(describeRequest(() => new PlainRequest(url, { method, headers }))).toEqual(
      describeRequest(() => new own.Request(url, { method, headers })),
    );
  });
});

describe('a plain response', () => {
  it.each([
    ['text', { status: 404, headers: { 'Content-Type': 'text/html' } }],
    ['{"a":"ü"}', {}],
    [Uint8Array.of(1, 2, 3, 255).subarray(1), { headers: { ETag: '"a"' } }],
    [null, { status: 304 }],
    [null, undefined],
  ])("is Node's own: %j, %j", async (body, init) => {
    const [plain, theirs] = [new PlainResponse(body, init), new own.Response(body, init)];
    expect([plain.status, plain.ok, [...plain.headers]]).toEqual([theirs.status, theirs.ok, [...theirs.headers]]);
    expect(Buffer.from(await plain.arrayBuffer())).toEqual(Buffer.from(await theirs.clone().arrayBuffer()));
    expect(await plain.text()).toBe(await theirs.text());
  });

  it('refuses what is neither text nor bytes', () => {
    expect(() => new PlainResponse(new Blob(['a']) as never)).toThrow(TypeError);
  });
});

const requests = [
  '/',
  '/cars/7.png',
  '/sheet.png?rows=2&columns=2&seed=1',
  '/model',
  '/models',
  '/health',
  '/openapi.json',
  '/api',
]
  .concat(['/api/', '/nothing', '/cars/x.png', '/cars/7.png?nope=1', '/about', '/robots.txt', '/favicon.ico', '/wall'])
  .flatMap((path) => ['GET', 'HEAD', 'OPTIONS', 'POST'].map((method) => [method, path] as const));

it('the app answers plain requests as it answers those of Node', async () => {
  const answers = async () => {
    const { app } = startApp();
    const all = [];
    for (const [method, path] of requests) {
      const request = new Request(`https://a.example${path}`, {
        method,
        headers: { Accept: '*/*', 'If-None-Match': '"a"' },
      });
      const response = await app.fetch(request, {});
      const headers = [...response.headers].filter(([name]) => name !== 'server-timing');
      all.push([method, path, response.status, headers, Buffer.from(await response.arrayBuffer()).toString('base64')]);
    }
    return all;
  };
  const expected = await answers();
  usePlainMessages();
  onTestFinished(() => {
    for (const [name, value] of Object.entries(own)) Object.defineProperty(globalThis, name, { value, writable: true });
  });
  expect(await answers()).toEqual(expected);
  expect(new Set(expected.map(([, , status]) => status)).size).toBeGreaterThan(4);
});
