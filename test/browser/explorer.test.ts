import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import axe from 'axe-core';
import { type Browser, type BrowserContextOptions, chromium as driver, type Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { chromium, chromiumFlags } from './chromium.ts';
import { type PageServer, startPageServer } from './page-server.ts';

const phone = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true };

describe.skipIf(chromium === undefined)('the explorer page in Chromium (skipped: needs Chromium)', () => {
  let folder: string;
  let server: PageServer;
  let browser: Browser;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'freshcar-page-'));
    server = await startPageServer(folder);
    browser = await driver.launch({ executablePath: chromium ?? '', args: chromiumFlags });
  });
  afterAll(async () => {
    await browser?.close();
    server?.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** Opens the page; whatever its console complains of is in `complaints`. */
  async function open(at = '/', options: BrowserContextOptions = {}) {
    const context = await browser.newContext(options);
    onTestFinished(() => context.close());
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    const requests: string[] = [];
    page.on('request', (request) => requests.push(request.url()));
    await page.goto(server.address + at, { waitUntil: 'load' });
    if (options.javaScriptEnabled !== false) await page.locator('#controls').waitFor();
    return { page, complaints, context, requests };
  }

  const seedOf = async (page: Page) => Number((await page.locator('#permalink').textContent())?.replace('Car ', ''));
  // Scripts for the page are text, because this file is compiled without the browser's types.
  const inPage = (page: Page, script: string) => page.evaluate<unknown>(script);
  /** Asked from here: the page's policy forbids the script that Playwright's own waiting puts into it. */
  const sheetShown = (page: Page) =>
    expect
      .poll(() => inPage(page, "document.querySelector('#sheet-picture').naturalWidth"), { timeout: 20_000 })
      .toBeGreaterThan(0);

  it('shows a car and a sheet without a complaint', async () => {
    const { page, complaints } = await open();
    expect(await inPage(page, "document.querySelector('#car').naturalWidth")).toBe(32);
    expect(await page.locator('.places a').count()).toBe(32);
    expect(page.url()).toBe(`${server.address}/?seed=${await seedOf(page)}&model=painted`);
    expect(complaints).toEqual([]);
  });

  it('asks for one sheet, of a few hundred, and for at most 40 cars before anybody scrolls', async () => {
    const { page, requests } = await open('/?seed=700');
    await page.waitForLoadState('networkidle');
    const pictures = requests.filter((address) => address.includes('.png'));
    const sheets = pictures.filter((address) => address.includes('/sheet.png'));
    // 700 is 188 more than twice 256, and a sheet has 32 cars.
    expect(sheets).toEqual([`${server.address}/models/painted/sheet.png?rows=4&columns=8&seed=${188 * 32}`]);
    const single = new Set(pictures.filter((address) => address.includes('/cars/')));
    expect(single.size + 32).toBeLessThanOrEqual(40);
  });

  it('blends the pixels until a visitor wants to see each of them', async () => {
    const { page } = await open();
    const rendering = () => inPage(page, "getComputedStyle(document.querySelector('#car')).imageRendering");
    expect(await rendering()).toBe('auto');
    await page.locator('#soft').uncheck();
    expect(await rendering()).toBe('pixelated');
  });

  it('shows another car by link, by click on the picture, by space and by arrow, wherever the focus is, and comes back', async () => {
    const { page } = await open('/?seed=5');
    const seen = [await seedOf(page)];
    for (const act of [
      () => page.locator('#another').click(),
      // The click has left the focus on the link.
      () => page.keyboard.press('Space'),
      () => page.keyboard.press('ArrowRight'),
      () => page.locator('#frame').click(),
    ]) {
      await act();
      seen.push(await seedOf(page));
    }
    expect(await inPage(page, 'scrollY')).toBe(0);
    expect(new Set(seen).size).toBe(5);
    expect(await page.locator('#seen button').count()).toBe(5);
    for (let step = 0; step < 3; step++) await page.goBack();
    await page.keyboard.press('ArrowLeft');
    await page.waitForURL('**/?seed=5&model=painted');
    expect(await seedOf(page)).toBe(5);
    expect(await page.locator('#seen [aria-current="true"]').getAttribute('aria-label')).toContain('Show car 5 again');
    await page.keyboard.press('ArrowLeft');
    await page.getByText('This is the first car of this visit.').waitFor();
  });

  it('turns by swipe and by tap on a phone', async () => {
    const { page, context } = await open('/?seed=5', phone);
    const touch = await context.newCDPSession(page);
    const swipe = async (from: number, to: number) => {
      const at = (x: number) => [{ x, y: 200 }];
      await touch.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: at(from) });
      await touch.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: at((from + to) / 2) });
      await touch.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: at(to) });
      await touch.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
    };
    await swipe(300, 100);
    const second = await seedOf(page);
    expect(second).not.toBe(5);
    await page.locator('#frame').tap();
    await expect.poll(() => seedOf(page)).not.toBe(second);
    await swipe(100, 300);
    await page.waitForURL(`**/?seed=${second}&model=painted`);
    await expect.poll(() => seedOf(page)).toBe(second);
  });

  it('tells of its keys, and on a phone of its gestures', async () => {
    expect(await (await open()).page.getByText('Keys: Space').isVisible()).toBe(true);
    const { page } = await open('/', phone);
    expect(await page.getByText('swipe it').isVisible()).toBe(true);
    expect(await page.getByText('Keys: Space').isVisible()).toBe(false);
  });

  it('can be walked through by few stops of the tab key, the sheet by arrows', async () => {
    const { page } = await open('/?seed=5');
    await page.keyboard.press('Tab');
    expect(await inPage(page, 'document.activeElement.textContent')).toBe('Skip to the content');
    await page.keyboard.press('Enter');
    expect(await inPage(page, 'document.activeElement.id')).toBe('main');
    const stops = await inPage(
      page,
      "[...document.querySelectorAll('a, button, input')].filter((e) => e.checkVisibility() && e.tabIndex >= 0).length",
    );
    expect(stops).toBeLessThan(20);
    await page.locator('#places a').first().focus();
    for (const key of ['ArrowRight', 'ArrowDown']) await page.keyboard.press(key);
    expect(await inPage(page, "[...document.querySelectorAll('#places a')].indexOf(document.activeElement)")).toBe(9);
    await page.keyboard.press('Enter');
    expect(await seedOf(page)).toBe(5 * 32 + 9);
  });

  it('has the number in its title from the first byte on', async () => {
    const { page } = await open('/?seed=5', { javaScriptEnabled: false });
    expect(await page.title()).toBe('Car 5 · freshcar');
  });

  it('shows the car that was picked from the sheet', async () => {
    const { page } = await open('/?seed=1');
    await page.locator('.places a').nth(17).click();
    expect(await seedOf(page)).toBe(32 + 17);
    expect(await page.locator('#car').getAttribute('src')).toBe('models/painted/cars/49.png');
  });

  it('shows a stranger car at the end of the dial, says so in its address, and then has one sheet drawn', async () => {
    const { page, requests } = await open('/?seed=5');
    const sheets = () => requests.filter((address) => address.includes('sheet.png')).length;
    const before = sheets();
    await page.locator('#truncation').focus();
    for (let step = 0; step < 5; step++) await page.keyboard.press('ArrowRight');
    await page.waitForURL('**/?seed=5&truncation=1.5&model=painted');
    expect(await page.locator('#car').getAttribute('src')).toBe('models/painted/cars/5.png?truncation=1.5');
    expect(await page.locator('#download').getAttribute('href')).toBe(
      'models/painted/cars/5.png?size=512&truncation=1.5',
    );
    await expect.poll(() => page.locator('#sheet-picture').getAttribute('src')).toContain('truncation=1.5');
    await page.waitForLoadState('networkidle');
    expect(sheets()).toBe(before + 1);
  });

  it('leads from the last two cars to the walk between them', async () => {
    const { page } = await open('/?seed=5');
    expect(await page.locator('#walk').isVisible()).toBe(false);
    await page.locator('#another').click();
    const seed = await seedOf(page);
    expect(await page.locator('#walk').getAttribute('href')).toBe(`morph?cars=5,${seed}&model=painted`);
  });

  it('shows cars like the one that is shown, each at an address of its own', async () => {
    const { page, complaints } = await open('/?seed=5');
    await page.getByRole('button', { name: 'More like this one' }).click();
    await page.getByRole('heading', { name: 'More like car 5' }).waitFor();
    await sheetShown(page);
    const source = new URL(String(await inPage(page, "document.querySelector('#sheet-picture').src"))).searchParams;
    expect(source.get('around')).toBe('5');
    await page.locator('.places a').nth(9).click();
    const towards = Number(source.get('seed')) + 9;
    expect(page.url()).toBe(`${server.address}/?seed=5&towards=${towards}&by=0.3&model=painted`);
    expect(await page.locator('#permalink').textContent()).toBe(`Car 5, 30% of the way to car ${towards}`);
    await page.reload();
    expect(await page.locator('#car').getAttribute('src')).toBe(`models/painted/cars/5.png?towards=${towards}&by=0.3`);
    expect(await inPage(page, "document.querySelector('#car').naturalWidth")).toBe(32);
    expect(complaints).toEqual([]);
  });

  it('keeps cars in this browser and hands them on as a link', async () => {
    const { page, context } = await open('/?seed=5&truncation=0.7');
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.keyboard.press('k');
    await page.getByText('Kept in this browser.').waitFor();
    await page.locator('#another').click();
    await page.getByRole('button', { name: 'Keep', exact: true }).click();
    const second = await seedOf(page);
    await page.reload();
    expect(await page.locator('#kept button').count()).toBe(2);
    await page.locator('#kept button').nth(1).click();
    expect(page.url()).toBe(`${server.address}/?seed=5&truncation=0.7&model=painted`);
    expect(await page.locator('#keep').getAttribute('aria-pressed')).toBe('true');
    await page.getByRole('button', { name: 'Copy them as a link' }).click();
    await page.getByText('Link to 2 cars copied.').waitFor();
    const link = String(await inPage(page, 'navigator.clipboard.readText()'));
    const other = await open(link.slice(server.address.length));
    await other.page.getByText('This link carries 2 cars').waitFor();
    await other.page.getByRole('button', { name: 'Add them' }).click();
    expect(await other.page.locator('#kept button').count()).toBe(2);
    await other.page.locator('#kept button').first().click();
    expect(await seedOf(other.page)).toBe(second);
  });

  it('changes one thing about a car by a slider, at an address of its own', async () => {
    server.changeable = true;
    onTestFinished(() => {
      server.changeable = false;
    });
    const { page, complaints } = await open('/?seed=5');
    await page.getByText('Change one thing').click();
    await page.getByLabel('Hue, from bluer to redder').focus();
    for (let step = 0; step < 2; step++) await page.keyboard.press('ArrowRight');
    await page.waitForURL('**/?seed=5&warmth=0.5&model=painted');
    expect(await page.locator('#car').getAttribute('src')).toBe('models/painted/cars/5.png?warmth=0.5');
    await page.reload();
    expect(await page.locator('#car').getAttribute('src')).toBe('models/painted/cars/5.png?warmth=0.5');
    await page.getByText('Change one thing').click();
    await expect.poll(() => page.getByLabel('Hue, from bluer to redder').inputValue()).toBe('0.5');
    await page.locator('#another').click();
    expect(await page.getByLabel('Hue, from bluer to redder').inputValue()).toBe('0');
    expect(complaints).toEqual([]);
  });

  it('takes nothing from a link that is none of cars', async () => {
    const { page, complaints } = await open('/#kept=<img>,5~../x~,99999999999~painted,%E0%A4%A');
    expect(await page.locator('#kept-section').isVisible()).toBe(false);
    expect(complaints).toEqual([]);
  });

  it('shows the API on a page without a complaint, on a phone too', async () => {
    for (const options of [{}, phone]) {
      const { page, complaints } = await open('/', options);
      await page.getByRole('link', { name: 'API', exact: true }).click();
      await page.getByText('/morph.png', { exact: true }).click();
      expect(await page.getByRole('link', { name: 'morph.png?from=42' }).isVisible()).toBe(true);
      const width = await inPage(page, 'document.documentElement.scrollWidth - innerWidth');
      expect(width).toBe(0);
      expect(complaints).toEqual([]);
    }
  });

  it('copies a link that names the model, so that it opens the same car later', async () => {
    const { page, context } = await open('/?seed=5&truncation=0.7');
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.locator('#copy').click();
    await page.getByText('Link copied.').waitFor();
    expect(await inPage(page, 'navigator.clipboard.readText()')).toBe(
      `${server.address}/?seed=5&truncation=0.7&model=painted`,
    );
  });

  it('downloads the car large', async () => {
    const { page } = await open('/?seed=5');
    const [download] = await Promise.all([page.waitForEvent('download'), page.locator('#download').click()]);
    expect(download.suggestedFilename()).toBe('car-5.png');
  });

  it('fits a phone, with pixels of equal size and places for thumbs', async () => {
    const { page } = await open('/', phone);
    expect(await inPage(page, 'document.documentElement.scrollWidth')).toBe(390);
    const car = await page.locator('#car').boundingBox();
    expect(car?.width).toBe(352);
    const place = await page.locator('.places a').first().boundingBox();
    expect(Math.min(place?.width ?? 0, place?.height ?? 0)).toBeGreaterThanOrEqual(44);
    const button = await page.locator('#another').boundingBox();
    expect((button?.y ?? 0) + (button?.height ?? 0)).toBeLessThan(600);
  });

  it('fits 320 pixels, with another car on the first screen', async () => {
    const { page } = await open('/', { ...phone, viewport: { width: 320, height: 568 } });
    expect(await inPage(page, 'document.documentElement.scrollWidth')).toBe(320);
    const widest = "Math.max(...[...document.querySelectorAll('main *')].map((e) => e.getBoundingClientRect().right))";
    expect(await inPage(page, widest)).toBeLessThanOrEqual(320);
    const button = await page.locator('#another').boundingBox();
    expect((button?.y ?? 0) + (button?.height ?? 0)).toBeLessThan(568);
  });

  it('shows a car and a way to the next one without JavaScript', async () => {
    const { page } = await open('/', { javaScriptEnabled: false });
    const seed = await page.locator('#permalink').textContent();
    expect(await page.locator('#car').boundingBox()).toMatchObject({ width: 512, height: 512 });
    await page.locator('#another').click();
    expect(await page.locator('#permalink').textContent()).not.toBe(seed);
    expect(await page.locator('#controls').isVisible()).toBe(false);
  });

  it('has no choice of models where there is one', async () => {
    const { page } = await open();
    expect(await page.locator('#models').count()).toBe(0);
  });

  describe('where an alternate has larger cars', () => {
    beforeEach(() => {
      server.alternates = ['large-64'];
      return () => {
        server.alternates = [];
      };
    });

    const source = (page: Page, id: string) => page.locator(id).getAttribute('src');
    const link = (page: Page, id: string) => page.locator(id).getAttribute('href');
    const shownSize = (page: Page) => page.locator('#models [aria-current="true"]').textContent();

    it('shows the larger ones from the first picture on, without a complaint', async () => {
      const { page, complaints, requests } = await open('/?seed=5');
      expect(await inPage(page, "document.querySelector('#car').naturalWidth")).toBe(64);
      const pictures = requests.filter((address) => address.includes('.png'));
      expect(pictures.length).toBeGreaterThan(2);
      for (const address of pictures) expect(address).toContain('/models/large-64/');
      expect(page.url()).toBe(`${server.address}/?seed=5&model=large-64`);
      expect(complaints).toEqual([]);
    });

    it('has everything go with the model that is chosen, by the keyboard too, and keeps the car', async () => {
      const { page, complaints } = await open('/?seed=5&truncation=0.7');
      expect(await source(page, '#car')).toBe('models/large-64/cars/5.png?truncation=0.7');
      const sheet = (await source(page, '#sheet-picture'))?.replace('models/large-64/', '');
      await page.getByRole('group', { name: 'Size of the cars' }).getByRole('link', { name: '32 × 32' }).focus();
      await page.keyboard.press('Enter');
      await page.waitForURL('**/?seed=5&truncation=0.7&model=painted');
      expect(await shownSize(page)).toBe('32 × 32');
      expect(await page.locator('#status').textContent()).toBe('Car 5 in 32 × 32 pixels.');
      expect(await source(page, '#car')).toBe('models/painted/cars/5.png?truncation=0.7');
      expect(await source(page, '#sheet-picture')).toBe(`models/painted/${sheet}`);
      expect(await link(page, '#download')).toBe('models/painted/cars/5.png?size=512&truncation=0.7');
      expect(await link(page, '#permalink')).toBe('./?seed=5&truncation=0.7&model=painted');
      expect(await link(page, '#another')).toBe('./?truncation=0.7&model=painted');
      expect(await link(page, '#about')).toBe('about?model=painted');
      expect(await page.locator('#walk').isVisible()).toBe(false);
      await page.locator('#another').click();
      expect(page.url()).toContain('&model=painted');
      expect(await source(page, '#car')).toMatch(/^models\/painted\/cars\//);
      expect(await link(page, '#walk')).toMatch(/^morph\?cars=5,\d+&truncation=0\.7&model=painted$/);
      expect(complaints).toEqual([]);
    });

    it('keeps the seed of the car that is shown when it changes to the other model and back in the history', async () => {
      const { page } = await open('/?seed=5');
      await page.locator('#another').click();
      const seed = await seedOf(page);
      await page.getByRole('link', { name: '32 × 32' }).click();
      expect(page.url()).toBe(`${server.address}/?seed=${seed}&model=painted`);
      await page.getByRole('link', { name: '64 × 64' }).click();
      expect(page.url()).toBe(`${server.address}/?seed=${seed}&model=large-64`);
      expect(await link(page, '#about')).toBe('about?model=large-64');
      await page.goBack();
      expect(await source(page, '#car')).toBe(`models/painted/cars/${seed}.png`);
      expect(await shownSize(page)).toBe('32 × 32');
      await page.goBack();
      expect(await source(page, '#car')).toBe(`models/large-64/cars/${seed}.png`);
      expect(await source(page, '#sheet-picture')).toMatch(/^models\/large-64\//);
      expect(await page.locator('#seen button').count()).toBe(3);
    });

    it('copies a link that opens the same car by the same model', async () => {
      const { page, context } = await open('/?seed=5&model=painted');
      await context.grantPermissions(['clipboard-read', 'clipboard-write']);
      await page.locator('#copy').click();
      await page.getByText('Link copied.').waitFor();
      const copied = String(await inPage(page, 'navigator.clipboard.readText()'));
      expect(copied).toBe(`${server.address}/?seed=5&model=painted`);
      await page.goto(copied);
      expect(await source(page, '#car')).toBe('models/painted/cars/5.png');
    });

    it('lets a visitor change the model without JavaScript', async () => {
      const { page } = await open('/?seed=5&truncation=0.7', { javaScriptEnabled: false });
      expect(await shownSize(page)).toBe('64 × 64');
      await page.getByRole('link', { name: '32 × 32' }).click();
      expect(await source(page, '#car')).toBe('models/painted/cars/5.png?truncation=0.7');
      expect(await shownSize(page)).toBe('32 × 32');
      await page.locator('#another').click();
      expect(page.url()).toBe(`${server.address}/?truncation=0.7&model=painted`);
    });

    it('fits a phone, with pixels of equal size and links for thumbs', async () => {
      const { page } = await open('/', phone);
      expect(await inPage(page, 'document.documentElement.scrollWidth')).toBe(390);
      expect((await page.locator('#car').boundingBox())?.width).toBe(320);
      const small = page.getByRole('link', { name: '32 × 32' });
      expect((await small.boundingBox())?.height).toBeGreaterThanOrEqual(44);
      await small.click();
      expect((await page.locator('#car').boundingBox())?.width).toBe(352);
      const button = await page.locator('#another').boundingBox();
      expect((button?.y ?? 0) + (button?.height ?? 0)).toBeLessThan(844);
    });

    it('keeps to the model that its address names where the service cannot say what there is', async () => {
      Object.assign(server, { silent: true, alternates: ['huge-128'] });
      onTestFinished(() => {
        server.silent = false;
      });
      const { page, complaints } = await open('/?seed=5&model=huge-128');
      expect(page.url()).toBe(`${server.address}/?seed=5&model=huge-128`);
      await sheetShown(page);
      expect(await inPage(page, "document.querySelector('#sheet-picture').naturalWidth")).toBe(1024);
      await page.locator('#another').click();
      const seed = await seedOf(page);
      expect(page.url()).toBe(`${server.address}/?seed=${seed}&model=huge-128`);
      expect(await link(page, '#permalink')).toBe(`./?seed=${seed}&model=huge-128`);
      expect(await link(page, '#another')).toBe('./?model=huge-128');
      expect(await link(page, '#download')).toBe(`models/huge-128/cars/${seed}.png?size=512`);
      const label = `Show car ${seed} again, huge-128`;
      expect(await page.locator('#seen [aria-current="true"]').getAttribute('aria-label')).toBe(label);
      server.silent = false;
      await page.reload();
      expect(await source(page, '#car')).toBe(`models/huge-128/cars/${seed}.png`);
      expect(complaints).toEqual([]);
    });

    it('asks for no sheet that is larger than the service draws', async () => {
      server.alternates = ['huge-128'];
      const { page, complaints } = await open();
      await sheetShown(page);
      expect(await inPage(page, "document.querySelector('#sheet-picture').naturalWidth")).toBe(1024);
      expect(complaints).toEqual([]);
    });
  });

  it('says what is wrong when no car can be drawn', async () => {
    server.broken = true;
    onTestFinished(() => {
      server.broken = false;
    });
    const { page } = await open();
    await page.getByText('The model cannot be loaded at the moment').waitFor();
  });

  describe('when pictures do not come', () => {
    const natural = (page: Page, id: string) => inPage(page, `document.querySelector('${id}').naturalWidth`);
    const refusals = [
      ['a throttle before the service', 429, 'Very many cars are asked for at the moment.'],
      ['a platform without the service', 503, 'The service has no car at the moment.'],
    ] as const;

    it.each(refusals)('says what %s did, goes on trying, and heals', async (_, status, sentence) => {
      const { page, context } = await open('/?seed=5');
      // As API Gateway answers: no problem details, but a message of its own.
      await context.route('**/*.png*', (route) =>
        route.fulfill({ status, contentType: 'application/json', body: '{"message":"Too Many Requests"}' }),
      );
      await page.locator('#another').click();
      await page.getByRole('button', { name: 'Fill it anew' }).click();
      await page.getByText(sentence).waitFor();
      await context.unroute('**/*.png*');
      for (const id of ['#car', '#sheet-picture', '#seen img'])
        await expect.poll(() => natural(page, id), { timeout: 15_000 }).toBeGreaterThan(0);
      expect(await page.locator('#status').textContent()).toBe('');
    });

    it('says that the service cannot be reached, and heals when it is back', async () => {
      const { page, context } = await open('/?seed=5');
      await context.route('**/*.png*', (route) => route.abort());
      await page.locator('#another').click();
      await page.locator('#another').click();
      await page.getByText('The service cannot be reached.').waitFor();
      await context.unroute('**/*.png*');
      await inPage(page, "dispatchEvent(new Event('online'))");
      for (const id of ['#car', '#seen li:nth-child(2) img'])
        await expect.poll(() => natural(page, id), { timeout: 15_000 }).toBe(32);
    });

    it('says so of the first car too, whose request began before its script did', async () => {
      const context = await browser.newContext();
      onTestFinished(() => context.close());
      let isRefused = true;
      await context.route('**/cars/*.png*', (route) => (isRefused ? route.fulfill({ status: 503 }) : route.continue()));
      const page = await context.newPage();
      await page.goto(`${server.address}/?seed=5`);
      await page.getByText('The service has no car at the moment.').waitFor();
      isRefused = false;
      await expect.poll(() => natural(page, '#car'), { timeout: 15_000 }).toBe(32);
    });
  });

  it.each([
    ['light', {}],
    ['dark', { colorScheme: 'dark' }],
    ['a phone', phone],
    ['forced colours', { forcedColors: 'active' }],
  ] as const)('has nothing that axe finds: %s', async (_, options) => {
    // axe itself is put into the page past its policy, which would stop it.
    const { page } = await open('/?seed=5', { ...options, bypassCSP: true });
    await page.keyboard.press('k');
    await page.locator('#another').click();
    await page.evaluate(axe.source);
    const found = (await inPage(
      page,
      'axe.run().then(({ violations }) => violations.map(({ id, nodes }) => id + nodes[0].html))',
    )) as string[];
    expect(found).toEqual([]);
  });

  it('shows which size is chosen where colours are the visitor’s own', async () => {
    server.alternates = ['large-64'];
    onTestFinished(() => {
      server.alternates = [];
    });
    const { page } = await open('/?seed=5', { forcedColors: 'active' });
    const outline = (selector: string) =>
      inPage(page, `getComputedStyle(document.querySelector('${selector}')).outlineStyle`);
    expect(await outline('#models [aria-current="true"]')).toBe('solid');
    expect(await outline('#models a:not([aria-current="true"])')).toBe('none');
  });

  it('shifts nothing, and weighs less than 60 kB without its pictures', async () => {
    const { page } = await open('/?seed=5');
    await page.waitForLoadState('networkidle');
    const shift =
      "new Promise((r) => new PerformanceObserver((l) => r(l.getEntries().reduce((s, e) => s + e.value, 0))).observe({ type: 'layout-shift', buffered: true }) || setTimeout(r, 500, 0))";
    expect(await inPage(page, shift)).toBeLessThan(0.05);
    const weight =
      "performance.getEntries().filter((e) => e.encodedBodySize && !e.name.includes('.png')).reduce((s, e) => s + e.encodedBodySize, 0)";
    expect(await inPage(page, weight)).toBeLessThan(60_000);
    expect(await inPage(page, weight)).toBeGreaterThan(1000);
  });
});
