import { describe, expect, it } from 'vitest';
import { FreshcarError } from '../../../../model/errors.ts';
import { paintedModel, pictureOf, problemOf, startApp } from '../fixtures.ts';

/** The types of a PNG's chunks in order. */
function chunksOf(png: Buffer): string[] {
  const types: string[] = [];
  for (let at = 8; at < png.length; at += 12 + png.readUInt32BE(at)) types.push(png.toString('latin1', at + 4, at + 8));
  return types;
}

describe('/morph.png', () => {
  it('is an animated PNG that begins with the first car', async () => {
    const { get } = startApp();
    const response = await get('/morph.png?from=3&to=4&frames=5&size=64');
    expect(response.headers.get('X-Car-Seed')).toBe('3');
    const first = await pictureOf(response.clone());
    expect(first.data.equals((await pictureOf(await get('/cars/3.png?size=64'))).data)).toBe(true);
    const types = chunksOf(Buffer.from(await response.arrayBuffer()));
    expect(types.slice(0, 3)).toEqual(['IHDR', 'acTL', 'fcTL']);
    expect(types.filter((type) => type === 'fcTL')).toHaveLength(5);
  });

  it('can be kept when both ends are named, and has 24 frames when nobody says otherwise', async () => {
    const { get } = startApp();
    const response = await get('/morph.png?from=3&to=4');
    const etag = response.headers.get('ETag') ?? '';
    expect(response.headers.get('Cache-Control')).toContain('max-age=300');
    expect((await get('/morph.png?from=3&to=4&frames=24', { 'If-None-Match': etag })).status).toBe(304);
    expect((await get('/morph.png?from=4&to=3', { 'If-None-Match': etag })).status).toBe(200);
  });

  it('walks to a fresh car when an end is left open, and links to the same walk', async () => {
    const { get } = startApp();
    const response = await get('/morph.png?from=3&frames=2');
    expect(response.headers.get('Cache-Control')).toBe('no-store');
    expect(response.headers.get('ETag')).toBeNull();
    expect(response.headers.get('Link')).toBe('</morph.png?from=3&to=7&frames=2>; rel="bookmark"');
    const again = await get('/morph.png?from=3&to=7&frames=2');
    expect(Buffer.from(await again.arrayBuffer()).equals(Buffer.from(await response.arrayBuffer()))).toBe(true);
  });

  it.each(['frames=1', 'frames=61', 'from=x', 'to=-1'])('refuses %s and names the parameter', async (query) => {
    const response = await startApp().get(`/morph.png?${query}`);
    expect(response.status).toBe(400);
    expect((await problemOf(response)).parameter).toBe(query.split('=')[0]);
  });
});

describe('the work of one request', () => {
  it.each([
    ['/morph.png?frames=17&size=512', 'frames', 16],
    ['/models/large/morph.png?frames=60&size=320', 'frames', 40],
    ['/models/huge/sheet.png?rows=16&columns=5', 'rows', 64],
  ])('is bounded: %s', async (path, parameter, most) => {
    const { get } = startApp(async (version) =>
      paintedModel(version, ({ large: 64, huge: 128 } as const)[version] ?? 32),
    );
    const response = await get(path);
    expect(response.status).toBe(400);
    expect(await problemOf(response)).toMatchObject({ parameter, detail: expect.stringContaining(`at most ${most}`) });
  });

  it.each(['/morph.png?frames=16&size=512', '/morph.png?frames=60&size=256', '/sheet.png?rows=16&columns=16'])(
    'may be as much as %s',
    async (path) => {
      expect((await startApp().get(path)).status).toBe(200);
    },
  );
});

describe('/models/<version>', () => {
  it('draws by the model that it names, for ever', async () => {
    const { get } = startApp(async (version) => paintedModel(version, version === 'other-64' ? 64 : 32));
    const response = await get('/models/other-64/cars/3.png');
    expect(response.headers.get('X-Model-Version')).toBe('other-64');
    expect(response.headers.get('Cache-Control')).toBe('public, max-age=31536000, immutable');
    expect(await pictureOf(response.clone())).toMatchObject({ width: 64 });
    const etag = response.headers.get('ETag') ?? '';
    expect((await get('/models/other-64/cars/3.png', { 'If-None-Match': etag })).status).toBe(304);
    expect((await get('/cars/3.png', { 'If-None-Match': etag })).headers.get('X-Model-Version')).toBe('painted');
  });

  it('has sheets, morphs and fresh cars too; what is fresh is not kept and links to where it will be', async () => {
    const { get } = startApp();
    for (const path of ['sheet.png?seed=3', 'morph.png?from=3&to=4']) {
      expect((await get(`/models/other/${path}`)).headers.get('Cache-Control')).toContain('immutable');
    }
    const fresh = await get('/models/other/car.png');
    expect(fresh.headers.get('Cache-Control')).toBe('no-store');
    expect(fresh.headers.get('Link')).toBe('</models/other/cars/7.png>; rel="bookmark"');
  });

  it('describes the model itself', async () => {
    const response = await startApp().get('/models/painted-1.0.png');
    expect(await response.json()).toMatchObject({ version: 'painted-1.0.png', imageSize: 32 });
  });

  it('is not found where there is no such model, while the current one goes on', async () => {
    const { get } = startApp(async (version) => {
      if (version !== 'painted') throw new FreshcarError('not-found', 'There is no s3://secret/models/none.');
      return paintedModel(version);
    });
    for (const path of ['/models/none', '/models/none/cars/1.png', '/models/none/sheet.png']) {
      const response = await get(path);
      expect(response.status).toBe(404);
      expect((await problemOf(response)).detail).toBe('There is no model "none".');
    }
    expect((await get('/car.png')).status).toBe(200);
  });

  it.each(['A', '.hidden', 'a..b', 'a'.repeat(65), '%2e%2e%2fsecret', 'a%00b'])(
    'refuses %j, which is no version, and looks for nothing',
    async (version) => {
      const loaded: string[] = [];
      const { app } = startApp(async (name) => {
        loaded.push(name);
        return paintedModel(name);
      });
      const response = await app.fetch(new Request(`http://localhost/models/${version}/cars/1.png`));
      expect([400, 404]).toContain(response.status);
      expect(loaded).toEqual([]);
    },
  );
});

it('refuses a caller that refuses PNG', async () => {
  const { get } = startApp();
  for (const path of ['/car.png', '/cars/1.png', '/sheet.png', '/morph.png']) {
    const response = await get(path, { Accept: 'image/webp' });
    expect(response.status).toBe(406);
    expect(await problemOf(response)).toMatchObject({ title: 'Not Acceptable', code: 'not-acceptable' });
  }
});

it('says how long drawing and encoding took', async () => {
  const response = await startApp().get('/car.png');
  expect(response.headers.get('Server-Timing')).toMatch(/^draw;dur=[\d.]+,encode;dur=[\d.]+,total;dur=[\d.]+$/);
  expect(response.headers.get('Timing-Allow-Origin')).toBe('*');
});

it('counts every car of a picture, and times the whole of it', async () => {
  const samples: [string, number][] = [];
  const { get } = startApp(undefined, { meter: (metric, value) => samples.push([metric, value]) });
  await get('/sheet.png?rows=3&columns=4');
  expect(samples).toEqual([
    ['Cars', 12],
    ['GenerateTime', expect.any(Number)],
  ]);
});
