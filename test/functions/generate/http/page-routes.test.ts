import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { FreshcarError } from '../../../../model/errors.ts';
import { emptyPage, paintedModel, pictureOf, problemOf, startApp } from '../fixtures.ts';

const read = (name: string) => readFileSync(`functions/generate/page/${name}.html`, 'utf8');
const page = {
  ...emptyPage,
  layout: read('layout'),
  views: { ...emptyPage.views, explorer: { main: read('explorer'), script: '' } },
};

const sizes: Readonly<Record<string, 32 | 64 | 128>> = { 'large-64': 64, 'other-64': 64, 'huge-128': 128 };
const load = async (version: string) => paintedModel(version, sizes[version] ?? 32);

/** The page over `painted` of 32 pixels and its alternates. Reads the HTML as a browser without scripts does. */
function start(
  alternates: readonly string[],
  loadModel = load,
  parts: { previous?: string; pagePatience?: number } = {},
) {
  const { get } = startApp(loadModel, { page, alternates, ...parts });
  return {
    get,
    open: async (at = '/') => {
      const response = await get(at);
      expect(response.status).toBe(200);
      const html = await response.text();
      expect(html).not.toContain('{{');
      const attribute = (pattern: RegExp) => pattern.exec(html)?.[1]?.replaceAll('&amp;', '&');
      return {
        html,
        notice: /id="notice"[^>]*>(.*?)<\/p>/.exec(html)?.[1],
        car: attribute(/id="car" src="([^"]+)"/),
        icon: attribute(/rel="icon" type="image\/png" href="([^"]+)"/),
        preview: attribute(/property="og:image" content="([^"]+)"/),
        sheet: attribute(/id="sheet-picture" src="([^"]+)"/),
        download: attribute(/id="download"[^>]* href="([^"]+)"/),
        permalink: attribute(/id="permalink" href="([^"]+)"/),
        another: attribute(/id="another"[^>]* href="([^"]+)"/),
        about: attribute(/id="about" href="([^"]+)"/),
        /** Where each link of the switch leads, the shown one with a star. */
        models: [...html.matchAll(/<a href="([^"]+)" data-base[^>]*?( aria-current="true")?>([^<]+)</g)].map(
          ([, href, current, label]) => `${current ? '*' : ''}${label} ${href?.replaceAll('&amp;', '&')}`,
        ),
      };
    },
  };
}

const of = (version: string) => ({
  car: `models/${version}/cars/5.png`,
  icon: `models/${version}/cars/5.png`,
  preview: `http://localhost/models/${version}/cars/5/card.png`,
  sheet: `models/${version}/sheet.png?rows=4&columns=8&seed=160`,
  download: `models/${version}/cars/5.png?size=512`,
  permalink: `./?seed=5&model=${version}`,
  another: `./?model=${version}`,
  about: `about?model=${version}`,
});
const painted = of('painted');
const large = of('large-64');
/** Of no model by name, where it is not known what there is. */
const unnamed = { car: 'cars/5.png', icon: 'cars/5.png', permalink: './?seed=5', another: './', about: 'about' };

describe('the page, with one model,', () => {
  it('shows its cars, and no choice', async () => {
    const { open } = start([]);
    const shown = await open('/?seed=5');
    expect(shown).toMatchObject({ ...painted, models: [] });
    expect(shown.html).not.toContain('id="models"');
  });
});

describe('the page, with larger cars alternates,', () => {
  it('shows the larger ones, with a way to the others that keeps the car and its strangeness', async () => {
    const { open } = start(['large-64']);
    expect(await open('/?seed=5')).toMatchObject({
      ...large,
      models: ['32 × 32 ./?seed=5&model=painted', '*64 × 64 ./?seed=5&model=large-64'],
    });
    expect(await open('/?seed=5&truncation=0.7')).toMatchObject({
      car: 'models/large-64/cars/5.png?truncation=0.7',
      preview: 'http://localhost/models/large-64/cars/5/card.png?truncation=0.7',
      download: 'models/large-64/cars/5.png?size=512&truncation=0.7',
      permalink: './?seed=5&truncation=0.7&model=large-64',
      another: './?truncation=0.7&model=large-64',
      models: ['32 × 32 ./?seed=5&truncation=0.7&model=painted', '*64 × 64 ./?seed=5&truncation=0.7&model=large-64'],
    });
  });

  it('shows those of the model that is asked for, and goes on with it', async () => {
    const { open } = start(['large-64']);
    expect(await open('/?seed=5&model=painted')).toMatchObject({
      ...painted,
      permalink: './?seed=5&model=painted',
      another: './?model=painted',
      models: ['*32 × 32 ./?seed=5&model=painted', '64 × 64 ./?seed=5&model=large-64'],
    });
    expect(await open('/?seed=5&model=large-64')).toMatchObject(large);
  });

  it('has no link or picture that leads nowhere', async () => {
    const { open, get } = start(['large-64', 'huge-128']);
    for (const model of ['painted', 'large-64', 'huge-128']) {
      const { html } = await open(`/?seed=5&truncation=0.7&model=${model}`);
      const addresses = [...html.matchAll(/(?:href|src)="([^"]+)"/g)].map(([, address]) => address ?? '');
      const own = addresses
        .filter((address) => !address.startsWith('#'))
        .map((address) => address.replace('http://localhost/', ''));
      expect(own.length).toBeGreaterThan(10);
      for (const address of own) {
        const response = await get(`/${address.replaceAll('&amp;', '&').replace('./', '')}`);
        expect([address, response.status]).toEqual([address, 200]);
      }
    }
  });

  it('shows the current model’s on a tie, and else those that the pointer names first', async () => {
    expect((await start(['other-32']).open('/?seed=5')).car).toBe('models/painted/cars/5.png');
    const { models } = await start(['large-64', 'other-64']).open('/?seed=5');
    expect(models).toEqual([
      '32 × 32 ./?seed=5&model=painted',
      '*64 × 64 (large-64) ./?seed=5&model=large-64',
      '64 × 64 (other-64) ./?seed=5&model=other-64',
    ]);
  });

  it('goes on showing the cars of the model before the current one, and says so; those of others no more', async () => {
    const { open, get } = start(['large-64'], load, { previous: 'before' });
    const shown = await open('/?seed=5&model=before');
    expect(shown).toMatchObject(of('before'));
    expect(shown.notice).toBe(
      'Drawn by an older model, before. <a href="./?seed=5&amp;model=large-64">The same number by the newest one</a>',
    );
    // The page, the picture of it elsewhere and the picture that the link leads to are one car.
    const picture = await (await get(`/${shown.car}`)).arrayBuffer();
    const again = (await open(shown.permalink?.slice(1))).car;
    expect(Buffer.from(await (await get(`/${again}`)).arrayBuffer()).equals(Buffer.from(picture))).toBe(true);
    const without = await open('/?seed=5&model=withdrawn');
    expect(without).toMatchObject(large);
    expect(without.notice).toContain('The model withdrawn, which this link names, is not kept any more');
    expect((await open('/?seed=5&model=large-64')).notice).toBeUndefined();
  });

  it('shows the next largest, or none but the current one’s, where a model could not be loaded', async () => {
    const damaged = new Set<string>();
    const { open, get } = start(['large-64', 'huge-128'], async (version) => {
      // Its manifest can be read: what is wrong is found out by the load.
      const model = await load(version);
      if (!damaged.has(version)) return model;
      return { ...model, engine: { ...model.engine, draw: async () => new Uint8Array(3) } };
    });
    damaged.add('huge-128');
    expect((await open('/?seed=5')).car).toBe('models/huge-128/cars/5.png');
    expect((await get('/models/huge-128/cars/5.png')).status).toBe(503);
    const without = { ...large, models: ['32 × 32 ./?seed=5&model=painted', '*64 × 64 ./?seed=5&model=large-64'] };
    expect(await open('/?seed=5')).toMatchObject(without);
    expect(await open('/?seed=5&model=huge-128')).toMatchObject(without);
    damaged.add('large-64');
    expect((await get('/models/large-64/cars/5.png')).status).toBe(503);
    expect(await open('/?seed=5')).toMatchObject({ ...painted, models: [] });
    expect(await (await get('/models')).json()).toMatchObject({
      models: [{ version: 'painted' }, { version: 'large-64' }, { version: 'huge-128' }],
    });
  });

  it.each(['', 'UP', '../x', '<script>', 'a'.repeat(65)])('refuses %j, which is no model', async (model) => {
    const response = await start(['large-64']).get(`/?model=${encodeURIComponent(model)}`);
    expect(response.status).toBe(400);
    expect(await problemOf(response)).toMatchObject({ parameter: 'model', code: 'invalid-input' });
  });
});

describe('the page, where it cannot be told what models there are,', () => {
  it('shows the current one’s when the store fails', async () => {
    const { open } = start(['large-64'], () => Promise.reject(new FreshcarError('unavailable', 'S3 is down.')));
    expect(await open('/?seed=5')).toMatchObject({ ...unnamed, models: [] });
  });

  it('shows the current one’s when the store does not answer in time', async () => {
    const { open } = start(['large-64'], () => new Promise(() => undefined), { pagePatience: 5 });
    expect(await open('/?seed=5')).toMatchObject({ ...unnamed, models: [] });
  });

  it('shows those that its address names, which every link goes on naming', async () => {
    const failing = start(['large-64'], () => Promise.reject(new FreshcarError('unavailable', 'S3 is down.')));
    const late = start(['large-64'], () => new Promise(() => undefined), { pagePatience: 5 });
    for (const { open } of [failing, late]) {
      const shown = await open('/?seed=5&model=large-64');
      const links = { permalink: './?seed=5&model=large-64', another: './?model=large-64' };
      expect(shown).toMatchObject({ ...large, ...links, models: [] });
      expect(shown.html).toContain('data-size="" data-base="models/large-64/" data-model="large-64"');
    }
  });

  it('leaves out those that cannot be read', async () => {
    const { open } = start(['lost', 'large-64'], async (version) => {
      if (version === 'lost') throw new FreshcarError('not-found', 'There is no models/lost/manifest.json.');
      return load(version);
    });
    expect((await open('/?seed=5')).models).toEqual([
      '32 × 32 ./?seed=5&model=painted',
      '*64 × 64 ./?seed=5&model=large-64',
    ]);
  });
});

describe('the page of a car', () => {
  it('shows the car of its address, the same as the explorer, with a card for those who are shown the link', async () => {
    const { get, open } = start(['large-64']);
    const explorer = await open('/?seed=5');
    const own = /property="og:url" content="http:\/\/localhost([^"]+)"/.exec(explorer.html)?.[1] ?? '';
    expect(own).toBe('/models/large-64/cars/5');
    const response = await get(own);
    expect(response.headers.get('Cache-Control')).toContain('public');
    const html = await response.text();
    expect(html).not.toContain('{{');
    const addresses = [...html.matchAll(/(?:href|src)="([^"#]+)"/g)].map(([, address]) =>
      (address ?? '').replaceAll('&amp;', '&'),
    );
    expect(addresses).toContain('../../../models/large-64/cars/5.png');
    expect(addresses).toContain('../../../?seed=5&model=large-64');
    for (const address of addresses) {
      const found = await get(new URL(address, `http://localhost${own}`).href.replace('http://localhost', ''));
      expect([address, found.status]).toEqual([address, 200]);
    }
    expect(html).toContain('<meta property="og:image:alt" content="Car 5, a car front that was never built');
    const card = await pictureOf(await get('/models/large-64/cars/5/card.png'));
    expect([card.width, card.height]).toEqual([1200, 630]);
  });

  it('is not there for a model that is not', async () => {
    const { get } = start([], async (version) => {
      if (version === 'gone') throw new FreshcarError('not-found', 'There is no model gone.');
      return load(version);
    });
    expect((await get('/models/gone/cars/5')).status).toBe(404);
  });
});

describe('the page about a model', () => {
  it('tells what its scores mean, whether it copies, and its card, of every version that is served', async () => {
    const scored = async (version: string) => {
      const model = await load(version);
      const scores = { kid: 0.01502, kidFloor: -0.0013, copyingMedianRatio: 0.97, copyingSmallestRatio: 0.67 };
      const files = { ...model.manifest.files, 'card.md': { bytes: 1, sha256: 'ab'.repeat(32) } };
      const readFile = async () => Buffer.from('# The card of this\n\nIt **draws**.');
      return { ...model, readFile, manifest: { ...model.manifest, scores, files } };
    };
    const { get } = start(['large-64'], scored);
    const html = await (await get('/about?model=large-64')).text();
    expect(html).toContain('<h1>About large-64</h1>');
    expect(html).toContain(
      '<dt>KID</dt><dd>0.015: the same, fairer with few photographs; 0 is best; real photographs score -0.0013.</dd>',
    );
    expect(html).toContain('at the median, 0.97 times as far away');
    expect(html).toContain('<h2>The card of this</h2>\n<p>It <strong>draws</strong>.</p>');
    expect(html).toContain('<a href="about?model=painted">painted</a>');
    expect(html).not.toContain('How it learnt');
    expect(await (await get('/about?model=painted')).text()).toContain('<h1>About painted</h1>');
  });

  it('asks which of two models drew a car, answers, and asks on with another one', async () => {
    const { get } = start(['large-64']);
    const html = await (await get('/about?round=7')).text();
    const sides = [...html.matchAll(/src="models\/([^/]+)\/cars\/7\.png"[^>]* alt="The car on the (\w+)"/g)];
    const usual = sides.find(([, version]) => version === 'large-64')?.[2] ?? '';
    const other = usual === 'left' ? 'right' : 'left';
    expect(sides.map(([, , side]) => side)).toEqual(['left', 'right']);
    expect(html).not.toContain('is by large-64, the other');
    const answered = async (side: string) => (await get(`/about?round=7&side=${side}`)).text();
    expect(await answered(usual)).toContain(`Yes. The ${usual} one is by large-64, the other by painted.`);
    expect(await answered(other)).toContain(`No. The ${usual} one is by large-64`);
    const rounds = await Promise.all(
      [1, 2, 3, 4, 5, 6, 7, 8].map(async (round) => (await get(`/about?round=${round}`)).text()),
    );
    const places = new Set(
      rounds.map((round) => /models\/([^/]+)\/cars\/\d\.png"[^>]* alt="The car on the left"/.exec(round)?.[1]),
    );
    expect(places.size).toBe(2);
    expect(await (await start([]).get('/about')).text()).not.toContain('id="game"');
  });

  it('says what nobody measured', async () => {
    const html = await (await start([]).get('/about')).text();
    expect(html).toContain('Nobody has measured this model.');
    expect(html).toContain('This model came without a card.');
  });
});

describe('the wall', () => {
  it('begins with the block that a car stands in, and leads on without a script', async () => {
    const wall = { main: read('wall'), script: '' };
    const { get } = startApp(load, { page: { ...page, views: { ...page.views, wall } } });
    const html = await (await get('/wall?from=100')).text();
    // 100 stands in the block of 32 that begins with 96.
    expect(html).toContain('data-from="96"');
    expect(html).toContain('src="models/painted/sheet.png?rows=4&amp;columns=8&amp;seed=96"');
    expect(html).toContain('href="wall?from=192&amp;model=painted"');
    expect(html).not.toContain('{{');
  });
});
