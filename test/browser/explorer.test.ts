import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
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

  const seedOf = async (page: Page) => Number(await page.locator('#permalink').textContent());
  // Scripts for the page are text, because this file is compiled without the browser's types.
  const inPage = (page: Page, script: string) => page.evaluate<unknown>(script);

  it('shows a car and a sheet without a complaint', async () => {
    const { page, complaints } = await open();
    expect(await inPage(page, "document.querySelector('#car').naturalWidth")).toBe(32);
    expect(await page.locator('.places button').count()).toBe(80);
    expect(page.url()).toBe(`${server.address}/?seed=${await seedOf(page)}`);
    expect(complaints).toEqual([]);
  });

  it('blends the pixels until a visitor wants to see each of them', async () => {
    const { page } = await open();
    const rendering = () => inPage(page, "getComputedStyle(document.querySelector('#car')).imageRendering");
    expect(await rendering()).toBe('auto');
    await page.locator('#soft').uncheck();
    expect(await rendering()).toBe('pixelated');
  });

  it('shows another car by click, by space and by arrow, and comes back to the first', async () => {
    const { page } = await open('/?seed=5');
    const seen = [await seedOf(page)];
    for (const act of [
      () => page.locator('#another').click(),
      () => page.keyboard.press('Space'),
      () => page.keyboard.press('ArrowRight'),
    ]) {
      await act();
      // A click leaves the focus on the link, where space belongs to the browser.
      await inPage(page, 'document.activeElement.blur()');
      seen.push(await seedOf(page));
    }
    expect(new Set(seen).size).toBe(4);
    expect(await page.locator('#seen button').count()).toBe(4);
    for (let step = 0; step < 3; step++) await page.goBack();
    expect(await seedOf(page)).toBe(5);
    expect(await page.locator('#seen [aria-current="true"]').getAttribute('aria-label')).toBe('Show car 5 again');
  });

  it('shows the car that was picked from the sheet', async () => {
    const { page } = await open();
    const source = await page.locator('#sheet-picture').getAttribute('src');
    const first = Number(new URLSearchParams(source?.split('?')[1]).get('seed'));
    await page.locator('.places button').nth(17).click();
    expect(await seedOf(page)).toBe((first + 17) % 2 ** 32);
    expect(await page.locator('#car').getAttribute('src')).toBe(`cars/${(first + 17) % 2 ** 32}.png`);
  });

  it('shows a stranger car at the end of the dial, and says so in its address', async () => {
    const { page } = await open('/?seed=5');
    await page.locator('#truncation').focus();
    await page.keyboard.press('End');
    await page.waitForURL('**/?seed=5&truncation=1.5');
    expect(await page.locator('#car').getAttribute('src')).toBe('cars/5.png?truncation=1.5');
    expect(await page.locator('#download').getAttribute('href')).toBe('cars/5.png?size=512&truncation=1.5');
  });

  it('walks from the car before to this one, until another is shown', async () => {
    const { page, complaints } = await open('/?seed=5');
    expect(await page.locator('#walk').isVisible()).toBe(false);
    await page.locator('#another').click();
    const seed = await seedOf(page);
    await page.locator('#walk').click();
    expect(await page.locator('#car').getAttribute('src')).toBe(`morph.png?from=5&to=${seed}&frames=48`);
    await page.getByText(`A walk from car 5 to car ${seed}.`).waitFor();
    await page.waitForFunction("document.querySelector('#car').complete");
    expect(await inPage(page, "document.querySelector('#car').naturalWidth")).toBe(32);
    await page.locator('#another').click();
    expect(await page.locator('#car').getAttribute('src')).toMatch(/^cars\//);
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

  it('copies a link that opens the same car', async () => {
    const { page, context } = await open('/?seed=5&truncation=0.7');
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.locator('#copy').click();
    await page.getByText('Link copied.').waitFor();
    expect(await inPage(page, 'navigator.clipboard.readText()')).toBe(`${server.address}/?seed=5&truncation=0.7`);
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
    const place = await page.locator('.places button').first().boundingBox();
    expect(Math.min(place?.width ?? 0, place?.height ?? 0)).toBeGreaterThanOrEqual(44);
    const button = await page.locator('#another').boundingBox();
    expect((button?.y ?? 0) + (button?.height ?? 0)).toBeLessThan(844);
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

  describe('where larger cars are offered beside the current ones', () => {
    beforeEach(() => {
      server.beside = ['large-64'];
      return () => {
        server.beside = [];
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
      expect(page.url()).toBe(`${server.address}/?seed=5`);
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
      expect(await source(page, '#car')).toBe('cars/5.png?truncation=0.7');
      expect(await source(page, '#sheet-picture')).toBe(sheet);
      expect(await link(page, '#download')).toBe('cars/5.png?size=512&truncation=0.7');
      expect(await link(page, '#permalink')).toBe('./?seed=5&truncation=0.7&model=painted');
      expect(await link(page, '#another')).toBe('./?truncation=0.7&model=painted');
      expect(await link(page, '#about')).toBe('model');
      expect(await page.locator('#walk').isVisible()).toBe(false);
      await page.locator('#another').click();
      expect(page.url()).toContain('&model=painted');
      expect(await source(page, '#car')).toMatch(/^cars\//);
      await page.locator('#walk').click();
      expect(await source(page, '#car')).toMatch(/^morph\.png\?from=5&/);
      expect(complaints).toEqual([]);
    });

    it('keeps the seed of the car that is shown when it changes to the other model and back in the history', async () => {
      const { page } = await open('/?seed=5');
      await page.locator('#another').click();
      const seed = await seedOf(page);
      await page.getByRole('link', { name: '32 × 32' }).click();
      expect(page.url()).toBe(`${server.address}/?seed=${seed}&model=painted`);
      await page.getByRole('link', { name: '64 × 64' }).click();
      expect(page.url()).toBe(`${server.address}/?seed=${seed}`);
      expect(await link(page, '#about')).toBe('models/large-64');
      await page.goBack();
      expect(await source(page, '#car')).toBe(`cars/${seed}.png`);
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
      expect(await source(page, '#car')).toBe('cars/5.png');
    });

    it('lets a visitor change the model without JavaScript', async () => {
      const { page } = await open('/?seed=5&truncation=0.7', { javaScriptEnabled: false });
      expect(await shownSize(page)).toBe('64 × 64');
      await page.getByRole('link', { name: '32 × 32' }).click();
      expect(await source(page, '#car')).toBe('cars/5.png?truncation=0.7');
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
      Object.assign(server, { silent: true, beside: ['huge-128'] });
      onTestFinished(() => {
        server.silent = false;
      });
      const { page, complaints } = await open('/?seed=5&model=huge-128');
      expect(page.url()).toBe(`${server.address}/?seed=5&model=huge-128`);
      await page.waitForFunction("document.querySelector('#sheet-picture').complete");
      expect(await inPage(page, "document.querySelector('#sheet-picture').naturalWidth")).toBe(2048);
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
      server.beside = ['huge-128'];
      const { page, complaints } = await open();
      await page.waitForFunction("document.querySelector('#sheet-picture').complete");
      expect(await inPage(page, "document.querySelector('#sheet-picture').naturalWidth")).toBe(2048);
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
});
