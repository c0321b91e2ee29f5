import { describe, expect, it } from 'vitest';
import { isHttpEvent, requestFromEvent, resultFromResponse } from '../../../../functions/generate/lambda/http-event.ts';
import { httpEvent } from '../../../support/lambda-events.ts';

describe('isHttpEvent', () => {
  it('tells requests from schedules, warm-ups and rubbish', () => {
    expect(isHttpEvent(httpEvent('/car.png'))).toBe(true);
    const others = [
      { warmup: true },
      { version: '0', 'detail-type': 'Scheduled Event', source: 'aws.events', detail: {} },
      { rawPath: '/car.png', requestContext: null },
      { rawPath: 7, requestContext: { http: { method: 'GET' } } },
      null,
      undefined,
      'GET /car.png',
    ];
    expect(others.map(isHttpEvent)).toEqual(others.map(() => false));
  });
});

describe('requestFromEvent', () => {
  it('keeps method, path, query and headers', () => {
    const event = httpEvent('/cars/42.png', { query: 'size=64&truncation=0.7', headers: { 'if-none-match': '"a"' } });
    const request = requestFromEvent(event);
    expect(request.method).toBe('GET');
    expect(request.url).toBe(
      'https://abc123.execute-api.eu-central-1.amazonaws.com/cars/42.png?size=64&truncation=0.7',
    );
    expect(request.headers.get('If-None-Match')).toBe('"a"');
  });

  it('keeps a question mark in a path out of the query, and double slashes away from the host', () => {
    expect(new URL(requestFromEvent(httpEvent('/a?b')).url)).toMatchObject({ pathname: '/a%3Fb', search: '' });
    expect(new URL(requestFromEvent(httpEvent('//evil.example/x')).url).hostname).toMatch(/amazonaws\.com$/);
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
