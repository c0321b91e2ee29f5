import { expect, it } from 'vitest';
import { startApp } from '../fixtures.ts';

const paths = ['/', '/car.png', '/cars/1.png', '/sheet.png', '/morph.png', '/model', '/models/a/cars/1.png', '/api'];

it.each(paths)('lets scripts of other sites use %s', async (path) => {
  const { app } = startApp();
  const headers = {
    Origin: 'https://elsewhere.example',
    'Access-Control-Request-Method': 'GET',
    'Access-Control-Request-Headers': 'if-none-match',
  };
  const response = await app.request(path, { method: 'OPTIONS', headers });
  expect(response.status).toBe(204);
  expect(await response.text()).toBe('');
  expect(Object.fromEntries(response.headers)).toMatchObject({
    allow: 'GET, HEAD, OPTIONS',
    'access-control-allow-origin': '*',
    'access-control-allow-methods': 'GET,HEAD,OPTIONS',
    'access-control-allow-headers': '*',
    'access-control-max-age': '86400',
  });
});

it.each(paths)('answers HEAD at %s with the headers of GET and no body', async (path) => {
  const [get, head] = await Promise.all(
    ['GET', 'HEAD'].map((method) =>
      startApp(undefined, { alternates: ['a'] }).app.request(path, { method, headers: { Accept: '*/*' } }),
    ),
  );
  expect(head?.status).toBe(200);
  expect(await head?.text()).toBe('');
  const names = (response?: Response) => [...(response?.headers.keys() ?? [])].sort();
  expect(names(head)).toEqual(names(get));
});

it('has nothing to allow where there is nothing', async () => {
  expect((await startApp().app.request('/nothing', { method: 'OPTIONS' })).status).toBe(404);
});
