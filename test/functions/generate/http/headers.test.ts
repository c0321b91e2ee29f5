import { describe, expect, it } from 'vitest';
import type { ServedModel } from '../../../../functions/generate/models/served-model.ts';
import { paintedModel, startApp } from '../fixtures.ts';

const everywhere = ['/', '/car.png', '/cars/1.png', '/model', '/health', '/openapi.json', '/nothing', '/cars/x.png'];

describe('every answer, a refusal too,', () => {
  it.each(everywhere)('is what it says it is, to be had over HTTPS only, from any page: %s', async (path) => {
    const { headers } = await startApp().get(path);
    expect(Object.fromEntries(headers)).toMatchObject({
      'strict-transport-security': 'max-age=31536000',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'access-control-allow-origin': '*',
      'cross-origin-resource-policy': 'cross-origin',
    });
  });

  it('shows scripts of other sites each header that says something about a car', async () => {
    const { get } = startApp();
    const answers = [await get('/car.png'), await get('/cars/1.png')];
    const exposed = answers[0]?.headers.get('Access-Control-Expose-Headers')?.split(/, */) ?? [];
    for (const name of ['X-Car-Seed', 'X-Model-Version', 'ETag', 'Link', 'Server-Timing']) {
      expect(exposed).toContain(name);
      expect(
        answers.some(({ headers }) => headers.has(name)),
        name,
      ).toBe(true);
    }
    expect(exposed).toContain('Retry-After');
  });
});

describe('caches are told', () => {
  it.each([
    [
      'to ask again after five minutes for what another model would draw otherwise',
      '/cars/1.png',
      'public, max-age=300, stale-while-revalidate=86400',
    ],
    ['the same of a sheet', '/sheet.png?seed=1', 'public, max-age=300, stale-while-revalidate=86400'],
    ['the same of a morph', '/morph.png?from=1&to=2', 'public, max-age=300, stale-while-revalidate=86400'],
    [
      'to keep for a year what a named model draws of a named seed',
      '/models/painted/cars/1.png',
      'public, max-age=31536000, immutable',
    ],
    ['to keep no fresh car', '/car.png', 'no-store'],
    ['to keep no fresh car of a named model either', '/models/painted/car.png', 'no-store'],
    ['to keep no sheet of fresh cars', '/sheet.png', 'no-store'],
    ['to keep nothing about what is being served', '/model', 'no-store'],
    ['to keep no health', '/health', 'no-store'],
  ])('%s: %s', async (_, path, expected) => {
    const response = await startApp().get(path);
    expect(response.status).toBe(200);
    expect(response.headers.get('Cache-Control')).toBe(expected);
  });
});

describe('the ETag of a car', () => {
  const etagOf = async (model: ServedModel, path: string) =>
    (await startApp(async () => model).get(path)).headers.get('ETag');
  const exported = (sha256: string) => {
    const model = paintedModel();
    const files = { 'generator.onnx': { bytes: 1, sha256 } };
    return { ...model, manifest: { ...model.manifest, files } };
  };

  it('tells two exports under one version apart, by the bytes of their graph', async () => {
    const [one, other] = await Promise.all(
      ['ab'.repeat(32), 'cd'.repeat(32)].map((hash) => etagOf(exported(hash), '/cars/1.png')),
    );
    expect(one).toMatch(/^W\/"/);
    expect(one).not.toBe(other);
    expect(await etagOf(exported('ab'.repeat(32)), '/cars/1.png')).toBe(one);
  });

  it('tells versions, seeds and looks apart', async () => {
    const paths = [
      '/cars/1.png',
      '/cars/2.png',
      '/cars/1.png?size=64',
      '/cars/1.png?truncation=0.7',
      '/cars/1.png?towards=2&by=0.5',
      '/cars/1.png?towards=2&by=0.25',
      '/cars/1.png?towards=3&by=0.5',
      '/sheet.png?seed=1',
      '/sheet.png?seed=1&rows=2',
      '/sheet.png?seed=1&columns=2',
      '/sheet.png?seed=1&around=5',
      '/sheet.png?seed=1&truncation=0.7',
      '/morph.png?from=1&to=2',
      '/morph.png?from=1&to=3',
      '/morph.png?from=1&to=2&frames=5',
      '/morph.png?from=1&to=2&delay=100',
      '/morph.png?from=1&to=2&back=true',
      '/morph.png?from=1&to=2&size=64',
      '/morph.png?from=1&to=2&truncation=0.7',
    ];
    const tags = await Promise.all(paths.map((path) => etagOf(paintedModel(), path)));
    expect(tags).not.toContain(null);
    expect(new Set(tags).size).toBe(paths.length);
    const renamed = { ...paintedModel(), manifest: { ...paintedModel().manifest, version: 'other' } };
    expect(await etagOf(renamed, '/cars/1.png')).not.toBe(tags[0]);
  });

  it('is one that the caller may have under a weak or a strong name, in a list, or by a star', async () => {
    const { get } = startApp();
    const etag = (await get('/cars/1.png')).headers.get('ETag') ?? '';
    const status = async (tag: string) => (await get('/cars/1.png', { 'If-None-Match': tag })).status;
    for (const known of [etag, etag.replace('W/', ''), `"a", ${etag}`, `${etag},"a"`, '*', ' * '])
      expect(await status(known), known).toBe(304);
    for (const other of ['"a"', `"${etag}"`, 'W/"painted"', '']) expect(await status(other), other).toBe(200);
  });
});

describe('how strange a car may be', () => {
  it.each([
    ['0.000001', 200],
    ['1.5', 200],
    ['1.500001', 400],
    ['1.59', 400],
    ['1.6', 400],
    ['0', 400],
    ['0.0', 400],
    ['2', 400],
  ])('is over 0 and up to 1.5: %s is answered with %i', async (truncation, status) => {
    const { get } = startApp();
    for (const path of ['/cars/1.png', '/sheet.png', '/morph.png'])
      expect((await get(`${path}?truncation=${truncation}`)).status).toBe(status);
  });
});

describe('what stands at the bounds', () => {
  it.each([
    ['/cars/1.png?size=32', 200],
    ['/cars/1.png?size=512', 200],
    ['/cars/1.png?size=544', 400],
    ['/cars/1.png?size=0', 400],
    ['/cars/0.png', 200],
    ['/cars/4294967295.png', 200],
    ['/cars/4294967296.png', 400],
    ['/sheet.png?rows=16&columns=16', 200],
    ['/sheet.png?rows=1&columns=1', 200],
    ['/sheet.png?rows=17', 400],
    ['/sheet.png?columns=17', 400],
    ['/sheet.png?columns=0', 400],
    ['/morph.png?frames=2', 200],
    ['/morph.png?frames=120', 200],
    ['/morph.png?frames=1', 400],
    ['/morph.png?frames=121', 400],
    ['/morph.png?delay=20', 200],
    ['/morph.png?delay=19', 400],
    ['/morph.png?delay=1000', 200],
    ['/morph.png?delay=1001', 400],
    ['/morph.png?through=1,2', 200],
    ['/morph.png?through=1,2,3,4', 200],
    ['/morph.png?through=1', 400],
    ['/morph.png?through=1,2,3,4,5', 400],
    ['/cars/1.png?towards=2&by=0', 200],
    ['/cars/1.png?towards=2&by=1', 200],
    ['/cars/1.png?towards=2&by=1.001', 400],
    ['/cars/1.png?towards=2&by=0.0001', 400],
  ])('%s is answered with %i', async (path, status) => {
    expect((await startApp().get(path)).status).toBe(status);
  });
});
