import { expect, it } from 'vitest';
import { startApp } from '../fixtures.ts';

it('can be read by people, every route and every answer of it, without a script', async () => {
  const { get } = startApp();
  const response = await get('/api');
  expect(response.headers.get('Content-Type')).toBe('text/html; charset=utf-8');
  expect(response.headers.get('Content-Security-Policy')).toContain("default-src 'none'");
  const page = await response.text();
  const { paths } = (await (await get('/openapi.json')).json()) as {
    paths: Record<string, { get: { summary: string } }>;
  };
  for (const path of Object.keys(paths)) expect(page).toContain(`<code>${path}</code>`);
  expect(page).toContain('<a href="morph.png?from=42&amp;to=1337&amp;size=256">');
  expect(page).toContain('Integer, 32 to 512, a multiple of 32.');
  expect(page).not.toMatch(/<script|\sstyle=|\{\{|undefined|`/);
});

it('has links that work', async () => {
  const { get } = startApp();
  const page = await (await get('/api')).text();
  const links = [...page.matchAll(/href="([^"]+)"/g)].map(([, link]) => (link ?? '').replaceAll('&amp;', '&'));
  expect(links.length).toBeGreaterThan(10);
  for (const link of links) expect([link, (await get(`/${link}`)).status]).toEqual([link, 200]);
});

it('is kept by callers until it changes', async () => {
  const { get } = startApp();
  for (const path of ['/api', '/openapi.json']) {
    const etag = (await get(path)).headers.get('ETag') ?? '';
    expect((await get(path, { 'If-None-Match': etag })).status).toBe(304);
  }
});
