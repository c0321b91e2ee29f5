import { describe, expect, it } from 'vitest';
import {
  readHttpEvent,
  requestFromEvent,
  resultFromResponse,
} from '../../../../functions/generate/lambda/http-event.ts';
import { httpEvent } from '../../../support/lambda-events.ts';

/** The request of an event that is one. */
function requestOf(event: unknown): Request {
  const read = readHttpEvent(event);
  if (!read) throw new Error('It was taken for no request.');
  return requestFromEvent(read);
}

const host = 'abc123.execute-api.eu-central-1.amazonaws.com';

describe('readHttpEvent', () => {
  it('tells requests from schedules, warm-ups and rubbish', () => {
    const others = [
      { warmup: true },
      { version: '0', 'detail-type': 'Scheduled Event', source: 'aws.events', detail: {} },
      { rawPath: '/car.png', requestContext: null },
      { rawPath: 7, requestContext: { http: { method: 'GET' } } },
      { path: '/car.png' },
      null,
      undefined,
      'GET /car.png',
    ];
    expect(others.map(readHttpEvent)).toEqual(others.map(() => undefined));
  });

  it('takes a REST API’s event, an HTTP API’s of format 1.0 and a load balancer’s for the same request', () => {
    const old = { httpMethod: 'GET', path: '/cars/42.png', headers: { Accept: 'image/png' } };
    const query = { size: '64', truncation: '0.7' };
    const events = [
      {
        ...old,
        resource: '/{proxy+}',
        queryStringParameters: query,
        requestContext: { domainName: host, stage: 'prod' },
      },
      { ...old, version: '1.0', queryStringParameters: query, requestContext: { domainName: host } },
      {
        ...old,
        queryStringParameters: query,
        requestContext: { elb: { targetGroupArn: 'arn' } },
        multiValueHeaders: null,
      },
      {
        httpMethod: 'GET',
        path: '/cars/42.png',
        multiValueHeaders: { accept: ['text/html', 'image/png'] },
        multiValueQueryStringParameters: { size: ['64'], truncation: ['0.7'] },
        requestContext: { elb: {} },
      },
    ];
    for (const event of events) {
      const request = requestOf(event);
      expect(new URL(request.url)).toMatchObject({ pathname: '/cars/42.png', search: '?size=64&truncation=0.7' });
      expect([request.method, request.headers.get('Accept')]).toEqual(['GET', 'image/png']);
    }
  });

  it('keeps what is given twice, so that it can be refused', () => {
    const event = {
      httpMethod: 'GET',
      path: '/cars/42.png',
      queryStringParameters: { size: '128' },
      multiValueQueryStringParameters: { size: ['64', '128'] },
      requestContext: {},
    };
    expect(new URL(requestOf(event).url).search).toBe('?size=64&size=128');
  });
});

describe('requestFromEvent', () => {
  it.each(['toString', 'constructor', '__proto__'])('refuses %s, which every object has and HTTP has not', (method) => {
    const event = readHttpEvent({ rawPath: '/', requestContext: { http: { method } } });
    expect(() => event && requestFromEvent(event)).toThrow(`${method} is no HTTP method`);
  });

  it('keeps method, path, query and the headers that matter', () => {
    const headers = { 'if-none-match': '"a"', 'x-forwarded-host': 'cars.example', cookie: 'secret' };
    const request = requestOf(httpEvent('/cars/42.png', { query: 'size=64&truncation=0.7', headers }));
    expect(request.method).toBe('GET');
    expect(request.url).toBe(`https://${host}/cars/42.png?size=64&truncation=0.7`);
    expect(Object.fromEntries(request.headers)).toEqual({
      accept: '*/*',
      'if-none-match': '"a"',
      'x-forwarded-host': 'cars.example',
      'x-forwarded-proto': 'https',
    });
  });

  it('is not troubled by headers that are not Latin-1, such as a city', () => {
    const headers = { 'cf-ipcity': 'Zürich — 東京', 'x-forwarded-host': 'büro.example', accept: 'image/png' };
    const request = requestOf(httpEvent('/car.png', { headers }));
    expect(request.headers.get('Accept')).toBe('image/png');
    expect(request.headers.has('X-Forwarded-Host')).toBe(false);
  });

  it('takes the path of an HTTP API as it is, since that is decoded already, and a function URL’s for encoded', () => {
    const decoded = (path: string) => new URL(requestOf(httpEvent(path)).url).pathname;
    expect(decoded('/models/a%62')).toBe('/models/a%2562');
    expect(decoded('/a?b#c d')).toBe('/a%3Fb%23c%20d');
    const event = httpEvent('/models/a%62');
    const domainName = 'abc.lambda-url.eu-central-1.on.aws';
    const direct = { ...event, requestContext: { ...event.requestContext, domainName } };
    expect(new URL(requestOf(direct).url).pathname).toBe('/models/a%62');
  });

  it('keeps double slashes away from the host', () => {
    expect(new URL(requestOf(httpEvent('//evil.example/x')).url).hostname).toBe(host);
  });
});

describe('resultFromResponse', () => {
  it('sends pictures as base64 and text as it is', async () => {
    const picture = new Response(new Uint8Array([137, 80, 78, 71]), { headers: { 'Content-Type': 'image/png' } });
    expect(await resultFromResponse(picture)).toEqual({
      statusCode: 200,
      headers: { 'content-type': 'image/png' },
      body: 'iVBORw==',
      isBase64Encoded: true,
    });
    const packed = new Response(new Uint8Array([31, 139]), {
      headers: { 'Content-Type': 'text/html', 'Content-Encoding': 'gzip' },
    });
    expect(await resultFromResponse(packed)).toMatchObject({ body: 'H4s=', isBase64Encoded: true });
    const program = new Response(new Uint8Array([0, 97]), { headers: { 'Content-Type': 'application/gzip' } });
    expect(await resultFromResponse(program)).toMatchObject({ body: 'AGE=', isBase64Encoded: true });
    const problem = new Response('{}', { headers: { 'Content-Type': 'application/problem+json' } });
    expect(await resultFromResponse(problem)).toMatchObject({ body: '{}', isBase64Encoded: false });
    const text = new Response('größer', { status: 404, headers: { 'Content-Type': 'text/plain' } });
    expect(await resultFromResponse(text)).toMatchObject({ statusCode: 404, body: 'größer', isBase64Encoded: false });
  });
});
