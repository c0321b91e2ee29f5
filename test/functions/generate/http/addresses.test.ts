import { describe, expect, it } from 'vitest';
import { pictureOf, problemOf, startApp } from '../fixtures.ts';

describe('a parameter that a route does not know', () => {
  it.each([
    ['/car.png?seed=7', 'seed'],
    ['/cars/7.png?sise=64', 'sise'],
    ['/sheet.png?rows=2&colums=2', 'colums'],
    ['/morph.png?from=1&to=2&fps=3', 'fps'],
    ['/models/painted/car.png?x=', 'x'],
    ['/model?x=1', 'x'],
    ['/health?verbose=true', 'verbose'],
    ['/openapi.json?x=1', 'x'],
    ['/favicon.ico?size=64', 'size'],
    ['/?sed=7', 'sed'],
  ])('is refused at %s by its name', async (path, parameter) => {
    const response = await startApp().get(path);
    expect(response.status).toBe(400);
    const problem = await problemOf(response);
    expect(problem.parameter).toBe(parameter);
    expect(problem.detail).toContain(JSON.stringify(parameter));
  });

  it('is refused where it is given twice, since one of both would count for nothing', async () => {
    const response = await startApp().get('/cars/7.png?size=64&size=128');
    expect(await problemOf(response)).toMatchObject({ status: 400, parameter: 'size' });
  });

  it('is let pass at pages alone where those who pass links on have added it', async () => {
    const { get } = startApp();
    expect((await get('/?seed=7&utm_source=letter&fbclid=abc')).status).toBe(200);
    expect((await get('/car.png?utm_source=letter')).status).toBe(400);
  });
});

describe('absolute addresses', () => {
  const linkOf = async (headers: Record<string, string>, bindings?: object, path = '/car.png') =>
    (await startApp().app.request(path, { headers }, bindings)).headers.get('Link');

  it('name the host and the scheme that were asked', async () => {
    expect(await linkOf({})).toBe('<http://localhost/cars/7.png>; rel="bookmark"');
  });

  it('name what a proxy says that visitors asked, prefix and all', async () => {
    const forwarded = {
      'X-Forwarded-Proto': 'https',
      'X-Forwarded-Host': 'cars.example:8443, inner.example',
      'X-Forwarded-Prefix': '/fresh',
    };
    expect(await linkOf(forwarded)).toBe('<https://cars.example:8443/fresh/cars/7.png>; rel="bookmark"');
    const link = await linkOf(forwarded, undefined, '/models/painted/morph.png?from=1');
    expect(link).toMatch(/^<https:\/\/cars\.example:8443\/fresh\/models\/painted\/morph\.png\?from=1&to=7/);
  });

  it('name what the door knows, whatever else is said', async () => {
    const bindings = { publicUrl: 'https://cdn.example' };
    expect(await linkOf({ 'X-Forwarded-Host': 'other.example' }, bindings)).toMatch(/^<https:\/\/cdn\.example\/cars/);
  });

  it.each(['"><script>', 'a b', 'evil.example/path', 'user@host', '', 'a\\b', '..'])(
    'do not name %j, which is no host',
    async (host) => {
      expect(await linkOf({ 'X-Forwarded-Host': host, 'X-Forwarded-Proto': 'javascript' })).toMatch(
        /^<http:\/\/localhost\/cars/,
      );
    },
  );

  it('of the page name the public host too', async () => {
    const response = await startApp().get('/', { 'X-Forwarded-Host': 'cars.example', 'X-Forwarded-Proto': 'https' });
    const html = await response.text();
    expect(html).not.toContain('http://localhost');
    expect(html).toContain('https://cars.example/');
  });
});

describe('an address', () => {
  it.each(['//model', '/model/', '//models//painted', '///cars/7.png', '/cars/7.png/', '//car.png'])(
    'such as %s means what it would with single slashes',
    async (path) => {
      expect((await startApp().app.fetch(new Request(`http://localhost${path}`))).status).toBe(200);
    },
  );

  it('of a page has one form, since the page’s own links are relative to it', async () => {
    const response = await startApp().get('/api/');
    expect([response.status, response.headers.get('Location')]).toEqual([308, '../api']);
  });

  it('that every browser asks for is a car', async () => {
    const response = await startApp().get('/favicon.ico');
    expect(response.headers.get('Cache-Control')).toContain('max-age=');
    expect(await pictureOf(response)).toMatchObject({ width: 32 });
  });

  it('that every crawler asks for keeps them from sheets', async () => {
    const response = await startApp().get('/robots.txt');
    expect(response.headers.get('Content-Type')).toBe('text/plain; charset=utf-8');
    expect(await response.text()).toContain('User-agent: *\nDisallow: /sheet.png\n');
  });
});

it.each(['5e-324', '1e-7', '0.0000015', '1.5', '1.4999999999999998', '1E0'])(
  'takes the truncation %s, which its schema allows',
  async (truncation) => {
    expect((await startApp().get(`/cars/1.png?truncation=${truncation}`)).status).toBe(200);
  },
);
