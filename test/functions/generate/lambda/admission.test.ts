import { describe, expect, it } from 'vitest';
import { refuse } from '../../../../functions/generate/lambda/admission.ts';
import { readHttpEvent } from '../../../../functions/generate/lambda/http-event.ts';
import { createLambdaHandler } from '../../../../functions/generate/lambda/lambda.ts';
import { originHeader } from '../../../../functions/generate/lambda/origin-header.ts';
import { httpEvent, invocation } from '../../../support/lambda-events.ts';

/** What the app is asked for at last. */
function start(originSecret?: string) {
  const asked: string[] = [];
  const app = {
    fetch(request: Request) {
      asked.push(new URL(request.url).pathname);
      return new Response('a car');
    },
  };
  const model = { use: () => Promise.reject(new Error('unused')), idle: async () => undefined } as never;
  return { asked, handler: createLambdaHandler({ app, model, originSecret }) };
}

describe('behind a CDN', () => {
  it('answers only what the CDN hands on', async () => {
    const { asked, handler } = start('the secret');
    expect(await handler(httpEvent('/car.png'), invocation)).toMatchObject({ statusCode: 403 });
    for (const secret of ['', 'the Secret', 'the secret '])
      expect(await handler(httpEvent('/car.png', { headers: { [originHeader]: secret } }), invocation)).toMatchObject({
        statusCode: 403,
      });
    expect(asked).toEqual([]);
    const handedOn = httpEvent('/car.png', { headers: { [originHeader]: 'the secret' } });
    expect(await handler(handedOn, invocation)).toMatchObject({ statusCode: 200 });
    expect(asked).toEqual(['/car.png']);
  });
});

describe('without one', () => {
  it('answers all', () => {
    const read = readHttpEvent(httpEvent('/car.png'));
    expect(read && refuse(read)).toBeUndefined();
  });
});

describe('a large answer', () => {
  it.each([
    ['//sheet.png', '/sheet.png'],
    ['/x/../sheet.png', '/sheet.png'],
    ['/./sheet.png', '/sheet.png'],
    ['/sheet.png/', '/sheet.png'],
    ['/models/a/../../morph.png', '/morph.png'],
    ['/models//fronts-32-3///morph.png', '/models/fronts-32-3/morph.png'],
    ['//assets/ort-1.wasm.gz', '/assets/ort-1.wasm.gz'],
  ])('is not given at %s, past the throttle of its own route, but is to be had at %s', async (path, plain) => {
    const { asked, handler } = start();
    const answer = await handler(httpEvent(path, { query: 'rows=16&seed=1' }), invocation);
    expect(answer).toMatchObject({ statusCode: 308, headers: { location: `${plain}?rows=16&seed=1` } });
    expect(asked).toEqual([]);
    expect(await handler(httpEvent(plain), invocation)).toMatchObject({ statusCode: 200 });
  });

  it('is all that is told another address', async () => {
    const { handler } = start();
    // An HTTP API has decoded a path before it looks for its route: a percent sign that is left is one, and names no sheet.
    for (const path of ['//model', '/cars/%34.png', '/%', '/models/a/sheet.png/x', '/%6Dodels/a/sheet.png'])
      expect(await handler(httpEvent(path), invocation)).toMatchObject({ statusCode: 200 });
  });
});
