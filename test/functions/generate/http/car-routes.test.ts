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
    expect(response.headers.get('Link')).toBe('<http://localhost/morph.png?from=3&to=7&frames=2>; rel="bookmark"');
    const again = await get('/morph.png?from=3&to=7&frames=2');
    expect(Buffer.from(await again.arrayBuffer()).equals(Buffer.from(await response.arrayBuffer()))).toBe(true);
  });

  it('walks through several cars and back, at the pace that is asked for', async () => {
    const { get } = startApp();
    const response = await get('/morph.png?through=3,4,5&frames=5&back=true&delay=40');
    const png = Buffer.from(await response.arrayBuffer());
    // Five frames there, and the three in between once more; acTL counts them, and each fcTL tells its delay.
    expect(png.readUInt32BE(png.indexOf('acTL') + 4)).toBe(8);
    expect(png.readUInt16BE(png.indexOf('fcTL') + 24)).toBe(40);
    const there = await get('/morph.png?through=3,4&frames=3');
    const etag = (await get('/morph.png?from=3&to=4&frames=3')).headers.get('ETag') ?? '';
    expect(there.headers.get('ETag')).toBe(etag);
    expect((await problemOf(await get('/morph.png?through=3,4&from=3'))).parameter).toBe('from');
  });

  it.each(['frames=1', 'frames=121', 'from=x', 'to=-1', 'through=3', 'through=1,2,3,4,5', 'back=yes', 'delay=5'])(
    'refuses %s and names the parameter',
    async (query) => {
      const response = await startApp().get(`/morph.png?${query}`);
      expect(response.status).toBe(400);
      expect((await problemOf(response)).parameter).toBe(query.split('=')[0]);
    },
  );
});

describe('a car on the way to another', () => {
  it('is the frame of the walk between them', async () => {
    const { get } = startApp();
    const walk = await get('/morph.png?from=3&to=4&frames=5');
    const between = await pictureOf(await get('/cars/3.png?towards=4&by=0.25'));
    // A painted car is one colour all over, which tells its first latent number: that of the arc from 3 to 4.
    const [a, b] = [await pictureOf(await get('/cars/3.png')), await pictureOf(await get('/cars/4.png'))];
    expect(between.data.equals(a.data)).toBe(false);
    expect(between.data.equals(b.data)).toBe(false);
    expect(walk.status).toBe(200);
    expect((await pictureOf(await get('/cars/3.png?towards=4&by=0'))).data.equals(a.data)).toBe(true);
    expect((await pictureOf(await get('/cars/3.png?towards=4&by=1'))).data.equals(b.data)).toBe(true);
  });

  it.each([
    ['towards=4', 'by'],
    ['by=0.5', 'towards'],
    ['towards=4&by=1.5', 'by'],
    ['towards=4&by=0.1234', 'by'],
    ['towards=x&by=0.5', 'towards'],
  ])('is refused for %s, which names %s', async (query, parameter) => {
    expect((await problemOf(await startApp().get(`/cars/3.png?${query}`))).parameter).toBe(parameter);
  });

  it('stands in the sheet around a car, further off in each row', async () => {
    const { get } = startApp();
    const sheet = await pictureOf(await get('/sheet.png?seed=10&rows=2&columns=2&around=3'));
    const places = [
      [0, 0, 10, 0.3],
      [32, 0, 11, 0.3],
      [0, 32, 12, 0.6],
      [32, 32, 13, 0.6],
    ] as const;
    for (const [left, top, towards, by] of places) {
      const car = await pictureOf(await get(`/cars/3.png?towards=${towards}&by=${by}`));
      const at = (top * 64 + left) * 4;
      expect([...sheet.data.subarray(at, at + 3)]).toEqual([...car.data.subarray(0, 3)]);
    }
  });
});

describe('the work of one request', () => {
  it.each([
    ['/morph.png?frames=17&size=512', 'frames', 16],
    ['/models/large/morph.png?frames=60&size=320', 'frames', 40],
    ['/models/huge/sheet.png?rows=16&columns=5', 'rows', 64],
  ])('is bounded: %s', async (path, parameter, most) => {
    const { get } = startApp(
      async (version) => paintedModel(version, ({ large: 64, huge: 128 } as const)[version] ?? 32),
      { alternates: ['large', 'huge'] },
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
    const load = async (version: string) => paintedModel(version, version === 'other-64' ? 64 : 32);
    const { get } = startApp(load, { alternates: ['other-64'] });
    const response = await get('/models/other-64/cars/3.png');
    expect(response.headers.get('X-Model-Version')).toBe('other-64');
    expect(response.headers.get('Cache-Control')).toBe('public, max-age=31536000, immutable');
    expect(await pictureOf(response.clone())).toMatchObject({ width: 64 });
    const etag = response.headers.get('ETag') ?? '';
    expect((await get('/models/other-64/cars/3.png', { 'If-None-Match': etag })).status).toBe(304);
    expect((await get('/cars/3.png', { 'If-None-Match': etag })).headers.get('X-Model-Version')).toBe('painted');
  });

  it('has sheets, morphs and fresh cars too; what is fresh is not kept and links to where it will be', async () => {
    const { get } = startApp(undefined, { previous: 'other' });
    for (const path of ['sheet.png?seed=3', 'morph.png?from=3&to=4']) {
      expect((await get(`/models/other/${path}`)).headers.get('Cache-Control')).toContain('immutable');
    }
    const fresh = await get('/models/other/car.png');
    expect(fresh.headers.get('Cache-Control')).toBe('no-store');
    expect(fresh.headers.get('Link')).toBe('<http://localhost/models/other/cars/7.png>; rel="bookmark"');
  });

  it('describes the model itself', async () => {
    const response = await startApp(undefined, { alternates: ['painted-1.0.png'] }).get('/models/painted-1.0.png');
    expect(await response.json()).toMatchObject({ version: 'painted-1.0.png', imageSize: 32 });
  });

  it('is not found where there is no such model, while the current one goes on', async () => {
    const load = async (version: string) => {
      if (version === 'none') throw new FreshcarError('not-found', 'There is no s3://secret/models/none.');
      return paintedModel(version);
    };
    // Neither where it was deleted, nor where it is there and nobody promoted or offered it.
    const { get } = startApp(load, { previous: 'none' });
    for (const model of ['none', 'candidate'])
      for (const path of ['', '/cars/1.png', '/sheet.png', '/directions', '/generator.onnx', '/samples.png']) {
        const response = await get(`/models/${model}${path}`);
        expect(response.status).toBe(404);
        expect((await problemOf(response)).detail).toBe(`There is no model "${model}".`);
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

describe('changing one thing about a car', () => {
  const directions = {
    format: 1 as const,
    measuredWith: 1,
    directions: [
      {
        name: 'warmth' as const,
        title: 'Hue',
        ends: ['bluer', 'redder'] as [string, string],
        effects: { warmth: 1 },
        purity: 9,
        vector: [1, 0, 0, 0],
      },
    ],
  };
  const changeable = () => startApp(async (version) => ({ ...paintedModel(version), directions }));

  it('is done by as many steps as are asked for, in single cars, sheets and walks', async () => {
    const { get } = changeable();
    const colour = async (path: string) => (await pictureOf(await get(path))).data[0] ?? 0;
    // A painted car is its first latent number times 32.
    expect((await colour('/cars/3.png?warmth=0.5')) - (await colour('/cars/3.png'))).toBe(16);
    expect((await colour('/sheet.png?seed=3&rows=1&columns=1&warmth=-0.5')) - (await colour('/cars/3.png'))).toBe(-16);
    expect((await colour('/morph.png?from=3&to=4&frames=2&warmth=0.5')) - (await colour('/cars/3.png'))).toBe(16);
    const [plain, warm] = [await get('/cars/3.png'), await get('/cars/3.png?warmth=0.5')];
    expect(plain.headers.get('ETag')).not.toBe(warm.headers.get('ETag'));
    expect(await (await get('/models/painted/directions')).json()).toEqual(directions);
  });

  it.each([
    ['/cars/3.png?warmth=4', 'warmth', 'must be a number from -3 to 3'],
    ['/cars/3.png?lamps=1', 'lamps', 'The model painted cannot change lamps by itself'],
  ])('is refused at %s', async (path, parameter, reason) => {
    const problem = await problemOf(await changeable().get(path));
    expect(problem.parameter).toBe(parameter);
    expect(problem.detail).toContain(reason);
  });

  it('is not to be had of a model without directions', async () => {
    const { get } = startApp();
    expect((await get('/models/painted/directions')).status).toBe(404);
    expect((await get('/cars/3.png?warmth=1')).status).toBe(400);
  });
});
