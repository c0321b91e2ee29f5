import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { FreshcarError } from '../../../../model/errors.ts';
import { paintedModel, pictureOf, problemOf, startApp } from '../fixtures.ts';

const parameterSchema = z.looseObject({ schema: z.looseObject({}) });
const operationSchema = z.looseObject({ parameters: z.array(parameterSchema).optional() });
const descriptionSchema = z.looseObject({
  openapi: z.string(),
  paths: z.record(z.string(), z.object({ get: operationSchema })),
});

describe.each(['/car.png', '/example1.png'])('%s', (path) => {
  it('draws another car for each request and says which', async () => {
    const { get } = startApp();
    const [one, other] = [await get(path), await get(path)];
    expect([one, other].map((response) => response.headers.get('X-Car-Seed'))).toEqual(['7', '8']);
    expect(one.headers.get('X-Model-Version')).toBe('painted');
    expect(one.headers.get('Cache-Control')).toBe('no-store');
    expect(one.headers.get('Link')).toBe('<http://localhost/cars/7.png>; rel="bookmark"');
    expect((await pictureOf(one)).data.equals((await pictureOf(other)).data)).toBe(false);
  });

  it('links to the same look of the same car', async () => {
    const { get } = startApp();
    const fresh = await get(`${path}?size=64&truncation=0.5`);
    const link = fresh.headers.get('Link') ?? '';
    expect(link).toBe('<http://localhost/cars/7.png?size=64&truncation=0.5>; rel="bookmark"');
    const again = await get('/cars/7.png?size=64&truncation=0.5');
    expect((await pictureOf(again)).data.equals((await pictureOf(fresh)).data)).toBe(true);
  });
});

describe('/cars/<seed>.png', () => {
  it('draws the same bytes for the same seed', async () => {
    const { get } = startApp();
    const bytes = async (path: string) => Buffer.from(await (await get(path)).arrayBuffer());
    expect((await bytes('/cars/42.png')).equals(await bytes('/cars/42.png'))).toBe(true);
    expect((await bytes('/cars/42.png')).equals(await bytes('/cars/43.png'))).toBe(false);
  });

  it('is an RGB picture of the model’s own size, or as large as asked', async () => {
    const { get } = startApp();
    expect(await pictureOf(await get('/cars/0.png'))).toMatchObject({ width: 32, height: 32, colorType: 2 });
    expect(await pictureOf(await get('/cars/4294967295.png?size=512'))).toMatchObject({ width: 512, height: 512 });
  });

  it('halves the latent vector at half the truncation', async () => {
    const { get } = startApp();
    const brightness = async (path: string) => (await pictureOf(await get(path))).data[0] ?? 0;
    const [full, half] = [await brightness('/cars/3.png'), await brightness('/cars/3.png?truncation=0.5')];
    expect(Math.abs(half - 128 - (full - 128) / 2)).toBeLessThanOrEqual(1);
    expect(full).not.toBe(half);
  });

  it('answers 304 to a caller that has the picture', async () => {
    const { get } = startApp();
    const first = await get('/cars/42.png');
    const etag = first.headers.get('ETag') ?? '';
    expect(etag).toMatch(/^W\/"[^"]+"$/);
    const second = await get('/cars/42.png', { 'If-None-Match': `"other", ${etag}` });
    expect(second.status).toBe(304);
    expect(second.headers.get('ETag')).toBe(etag);
    expect(await second.text()).toBe('');
    for (const other of ['/cars/43.png', '/cars/42.png?size=64', '/cars/42.png?truncation=0.9']) {
      expect((await get(other, { 'If-None-Match': etag })).status).toBe(200);
    }
  });

  it.each(['-1', '4294967296', '1.5', 'abc', '01', '1e3', '%20', '9'.repeat(400)])(
    'refuses the seed %s',
    async (seed) => {
      const { get } = startApp();
      const response = await get(`/cars/${seed}.png`);
      expect(response.status).toBe(400);
      expect(await problemOf(response)).toEqual({
        type: 'about:blank',
        title: 'Bad Request',
        status: 400,
        detail: 'seed must be a whole number from 0 to 4294967295.',
        code: 'invalid-input',
        parameter: 'seed',
      });
    },
  );

  it.each(['size=31', 'size=513', 'size=33', 'size=', 'size=64px', 'truncation=0', 'truncation=1.6', 'truncation=-1'])(
    'refuses %s and names the parameter',
    async (query) => {
      const { get } = startApp();
      const response = await get(`/cars/1.png?${query}`);
      expect(response.status).toBe(400);
      const { parameter, detail } = await problemOf(response);
      expect(parameter).toBe(query.split('=')[0]);
      expect(detail).toMatch(new RegExp(`^${parameter} must be`));
    },
  );
});

describe('/sheet.png', () => {
  it('shows the cars of the seeds from the first on, row by row', async () => {
    const { get } = startApp();
    const sheet = await pictureOf(await get('/sheet.png?rows=2&columns=3&seed=10'));
    expect(sheet).toMatchObject({ width: 96, height: 64 });
    const middleOfLastRow = (32 * sheet.width + 32) * 4;
    expect(sheet.data[middleOfLastRow]).toBe((await pictureOf(await get('/cars/14.png'))).data[0]);
  });

  it('goes on at seed 0 after the largest one', async () => {
    const { get } = startApp();
    const sheet = await pictureOf(await get('/sheet.png?rows=1&columns=2&seed=4294967295'));
    expect(sheet.data[32 * 4]).toBe((await pictureOf(await get('/cars/0.png'))).data[0]);
  });

  it('is fresh without a seed, and says which seed it began with', async () => {
    const { get } = startApp();
    const response = await get('/sheet.png?rows=1&columns=1');
    expect(response.headers.get('X-Car-Seed')).toBe('7');
    expect(response.headers.get('Cache-Control')).toBe('no-store');
  });

  it.each(['rows=0', 'rows=17', 'columns=x', 'seed=-1'])('refuses %s and names the parameter', async (query) => {
    const { get } = startApp();
    const response = await get(`/sheet.png?${query}`);
    expect(response.status).toBe(400);
    expect((await problemOf(response)).parameter).toBe(query.split('=')[0]);
  });
});

describe('the page', () => {
  it('has its first car in the HTML, a fresh one or the one asked for', async () => {
    const { get } = startApp();
    expect(await (await get('/')).text()).toContain('<p data-seed="7">models/painted/cars/7.png</p>');
    expect(await (await get('/?seed=5&truncation=0.5')).text()).toContain(
      '<p data-seed="5">models/painted/cars/5.png?truncation=0.5</p>',
    );
  });

  it('may run the script and the style that stand in it, and nothing else', async () => {
    const policy = (await startApp().get('/')).headers.get('Content-Security-Policy');
    // By `printf %s 'let x' | openssl dgst -sha256 -binary | base64`, and of the style alike.
    const [script, style] = [
      'dXKOHtfmzrnYeAHYBCbUmBpIqmNFRVEF6ulA+ucuqt0=',
      'ngewhhP73WDIbgwseeu52VAAJgKdGUsu1IUQQsAm8m4=',
    ];
    expect(policy).toContain(
      `default-src 'none'; script-src 'sha256-${script}'; worker-src 'self'; style-src 'sha256-${style}'`,
    );
    expect(policy).not.toContain('unsafe');
  });

  it('is packed for who takes that, and says so to caches', async () => {
    const { get } = startApp();
    const packed = await get('/?seed=5', { 'Accept-Encoding': 'br, gzip' });
    expect(packed.headers.get('Content-Encoding')).toBe('gzip');
    expect(packed.headers.get('Vary')).toBe('Accept-Encoding');
    const plain = await get('/?seed=5', { 'Accept-Encoding': 'gzip;q=0' });
    expect(plain.headers.get('Content-Encoding')).toBeNull();
    expect(gunzipSync(await packed.arrayBuffer()).toString()).toBe(await plain.text());
  });

  it('has no file whose name could not be its content', async () => {
    const { get } = startApp();
    const response = await get('/assets/engine-1.js');
    expect(response.headers.get('Content-Type')).toBe('text/javascript; charset=utf-8');
    expect(response.headers.get('Cache-Control')).toContain('immutable');
    expect(await response.text()).toBe('1');
    const missing = await problemOf(await get('/assets/engine-2.js'));
    expect(missing.detail).toContain('Reload the page');
  });

  it('writes nothing into its HTML that an address or a Host header could turn into more', async () => {
    const { app } = startApp();
    const host = 'a.example"><script>alert(1)</script>';
    const response = await app.fetch({
      url: `http://${host}/?seed=5`,
      method: 'GET',
      headers: new Headers({ Host: host }),
      raw: undefined,
    } as unknown as Request);
    expect(await response.text()).not.toContain('<script>alert');
  });
});

describe('what is served', () => {
  it('is told at /model', async () => {
    const response = await startApp().get('/model');
    expect(await response.json()).toMatchObject({ version: 'painted', imageSize: 32, latentSize: 4, engine: 'onnx' });
  });

  it('is listed at /models, the current one first', async () => {
    const sizes = { painted: 32, 'large-64': 64, 'other-32': 32 } as const;
    const { get } = startApp(async (version) => paintedModel(version, sizes[version as keyof typeof sizes]), {
      alternates: ['large-64', 'other-32'],
    });
    const response = await get('/models');
    expect(response.headers.get('Cache-Control')).toBe('no-store');
    expect(await response.json()).toEqual({
      models: [
        { version: 'painted', imageSize: 32, current: true },
        { version: 'large-64', imageSize: 64, current: false },
        { version: 'other-32', imageSize: 32, current: false },
      ],
    });
    expect(await (await startApp().get('/models')).json()).toEqual({
      models: [{ version: 'painted', imageSize: 32, current: true }],
    });
  });

  it('is listed without those alternates that cannot be read', async () => {
    const { get, lines } = startApp(
      async (version) => {
        if (version === 'lost') throw new FreshcarError('not-found', 'There is no s3://secret/models/lost.');
        return paintedModel(version);
      },
      { alternates: ['lost'] },
    );
    const response = await get('/models');
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ models: [{ version: 'painted' }] });
    expect(lines).toContainEqual(expect.objectContaining({ level: 'error', version: 'lost' }));
  });

  it('is healthy when it can draw', async () => {
    expect(await (await startApp().get('/health')).json()).toEqual({ status: 'ok', version: 'painted' });
  });

  it('says in its health which version serves in the place of one that cannot be loaded', async () => {
    const broken = new FreshcarError('damaged-bundle', 's3://secret/models/painted is bad.');
    const { get } = startApp(
      async (version) => {
        if (version === 'painted') throw broken;
        return paintedModel(version);
      },
      { previous: 'former' },
    );
    const response = await get('/health');
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ status: 'fallback', version: 'former', wanted: 'painted' });
    expect((await get('/car.png')).headers.get('X-Model-Version')).toBe('former');
  });

  it('is described in OpenAPI, with the paths as they are', async () => {
    const description = descriptionSchema.parse(await (await startApp().get('/openapi.json')).json());
    expect(description.openapi).toBe('3.1.0');
    expect(Object.keys(description.paths).sort()).toEqual(
      [
        ...[
          '/',
          '/api',
          '/health',
          '/favicon.ico',
          '/robots.txt',
          '/model',
          '/models',
          '/models/{version}',
          '/openapi.json',
          '/assets/{name}',
          '/morph',
          '/wall',
          '/find',
          '/about',
          '/models/{version}/directions',
          '/models/{version}/samples.png',
          '/models/{version}/time-lapse.png',
          '/models/{version}/cars/{seed}',
          '/models/{version}/generator.onnx',
          '/models/{version}/index.bin',
          '/example1.png',
        ],
        ...['', '/models/{version}'].flatMap((base) =>
          ['/car.png', '/cars/{seed}.png', '/cars/{seed}/card.png', '/morph.png', '/sheet.png'].map(
            (path) => base + path,
          ),
        ),
      ].sort(),
    );
    const seed = description.paths['/cars/{seed}.png']?.get.parameters?.[0];
    expect(seed).toMatchObject({ name: 'seed', in: 'path', required: true });
    expect(seed?.schema).toMatchObject({ type: 'integer', minimum: 0, maximum: 4294967295 });
  });
});

describe('what is wrong', () => {
  it.each(['/nothing', '/cars/1.jpg', '/cars/', '/cars/1.png/2', '/index.html', '/%2e%2e/package.json'])(
    'is not found at %s',
    async (path) => {
      const response = await startApp().get(path);
      expect(response.status).toBe(404);
      expect(await problemOf(response)).toMatchObject({ title: 'Not Found', code: 'not-found' });
    },
  );

  it.each(['POST', 'PUT', 'DELETE', 'PATCH'])('is the method %s', async (method) => {
    const { app } = startApp();
    for (const path of [
      '/',
      '/car.png',
      '/cars/1.png',
      '/sheet.png',
      '/model',
      '/models',
      '/openapi.json',
      '/assets/a.js',
    ]) {
      const response = await app.request(path, { method });
      expect(response.status).toBe(405);
      expect(response.headers.get('Allow')).toBe('GET, HEAD, OPTIONS');
    }
  });

  it('is told to HEAD without a body', async () => {
    const { app } = startApp();
    const response = await app.request('/cars/1.png', { method: 'HEAD' });
    expect(response.status).toBe(200);
    expect(response.headers.get('Content-Type')).toBe('image/png');
    expect(await response.text()).toBe('');
  });

  it.each(['damaged-bundle', 'unavailable', 'not-found'] as const)(
    'is a model that is %s: 503, the reason in the log only, and the next request tries again',
    async (code) => {
      const reason = 's3://secret-bucket/models/a/generator.onnx is bad.';
      let fail = true;
      const { get, lines } = startApp(async () => {
        if (fail) throw new FreshcarError(code, reason);
        return paintedModel();
      });
      const response = await get('/car.png');
      expect(response.status).toBe(503);
      expect(response.headers.get('Retry-After')).toBe('5');
      expect(JSON.stringify(await problemOf(response))).not.toContain('secret-bucket');
      expect(lines).toMatchObject([{ level: 'error', code, reason }]);
      expect((await get('/health')).status).toBe(503);
      fail = false;
      expect((await get('/health')).status).toBe(200);
    },
  );

  it('is a bug: 500 without a stack trace, which goes to the log', async () => {
    const broken = paintedModel();
    let draw = broken.engine.draw;
    const engine = { ...broken.engine, draw: (latents: Float32Array) => draw(latents) };
    const { get, lines } = startApp(async () => ({ ...broken, engine }));
    expect((await get('/car.png')).status).toBe(200);
    draw = () => Promise.reject(new RangeError('off by one'));
    const response = await get('/car.png');
    expect(response.status).toBe(500);
    expect(JSON.stringify(await problemOf(response))).not.toMatch(/off by one|\.ts/);
    expect(lines.at(-1)).toMatchObject({ level: 'error', error: expect.stringContaining('RangeError: off by one') });
  });
});

it('lets other people’s pages show its pictures', async () => {
  const response = await startApp().get('/car.png', { Origin: 'https://elsewhere.example' });
  expect(response.headers.get('Access-Control-Allow-Origin')).toBe('*');
  expect(response.headers.get('Cross-Origin-Resource-Policy')).toBe('cross-origin');
  expect(response.headers.get('X-Content-Type-Options')).toBe('nosniff');
});
