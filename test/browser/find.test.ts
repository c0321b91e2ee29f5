import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import axe from 'axe-core';
import { type Browser, type BrowserContextOptions, chromium as driver, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { type CarServer, serveCars } from '../../functions/generate/server/serve.ts';
import { buildPage } from '../../infra/build/page.mjs';
import { shippedModel } from '../../model/store/shipped.ts';
import { recordedLog } from '../functions/generate/fixtures.ts';
import { chromium, chromiumFlags } from './chromium.ts';

const phone = { viewport: { width: 320, height: 568 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true };

describe.skipIf(chromium === undefined)('the page that finds a car in Chromium (skipped: needs Chromium)', () => {
  let folder: string;
  let server: CarServer;
  let browser: Browser;
  let origin: string;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'freshcar-find-'));
    await buildPage(process.cwd(), folder);
    // The shipped models, whose graphs the build writes.
    execFileSync(process.execPath, ['infra/build/build.mjs', 'server']);
    server = await serveCars({ model: shippedModel(), port: 0, page: folder, log: recordedLog().log });
    origin = `http://127.0.0.1:${server.port}`;
    await server.ready;
    browser = await driver.launch({ executablePath: chromium ?? '', args: chromiumFlags });
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await server?.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function open(options: BrowserContextOptions = {}) {
    const context = await browser.newContext(options);
    onTestFinished(() => context.close());
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    const requests: { readonly method: string; readonly url: string; readonly body: string | null }[] = [];
    page.on('request', (asked) => requests.push({ method: asked.method(), url: asked.url(), body: asked.postData() }));
    await page.goto(`${origin}/find`, { waitUntil: 'load' });
    return { page, complaints, context, requests };
  }
  const inPage = (page: Page, script: string) => page.evaluate<unknown>(script);
  /** Gives a drawn car as a photograph. */
  async function give(page: Page, seed: number) {
    const version = await page.locator('#main').getAttribute('data-model');
    const answer = await fetch(`${origin}/models/${version}/cars/${seed}.png?size=512`);
    const buffer = Buffer.from(await answer.arrayBuffer());
    await page.locator('#photo').setInputFiles({ name: 'photo.png', mimeType: 'image/png', buffer });
  }

  it('finds a drawn car again by its picture, which no request carries', async () => {
    const { page, complaints, requests } = await open();
    expect(requests.filter(({ url }) => url.includes('index.bin'))).toEqual([]);
    await give(page, 4321);
    await page.getByText('Car 4321 is the nearest of 10000.').waitFor();
    expect(await page.locator('#nearest').getAttribute('href')).toMatch(/^\.\/\?seed=4321&model=/);
    expect(await page.locator('#found a').count()).toBe(11);
    expect(requests.every(({ method, body }) => method === 'GET' && body === null)).toBe(true);
    expect(requests.filter(({ url }) => url.includes('index.bin'))).toHaveLength(1);
    // Another part of the picture is another car.
    await page.locator('#zoom').focus();
    for (let step = 0; step < 20; step++) await page.keyboard.press('ArrowRight');
    await expect.poll(() => page.locator('#nearest-name').textContent()).not.toBe('Car 4321');
    expect(complaints).toEqual([]);
  }, 60_000);

  it('brings a car nearer than all of the index in the browser, stops when told to, and offers it for download', async () => {
    const { page, complaints } = await open();
    // Not among those of the index.
    await give(page, 4_000_000_000);
    await page.getByRole('button', { name: 'Bring it nearer' }).click();
    await page.locator('#refined').waitFor({ timeout: 120_000 });
    await expect
      .poll(() => inPage(page, "document.querySelector('#progress').value"), { timeout: 120_000 })
      .toBeGreaterThan(0.1);
    await page.getByRole('button', { name: 'Stop' }).click();
    await expect
      .poll(() => page.locator('#refined-name').textContent(), { timeout: 60_000 })
      .toMatch(/^Nearer by \d+%$/);
    const download = page.waitForEvent('download');
    await page.locator('#download').click();
    expect((await download).suggestedFilename()).toBe('car-like-mine.png');
    expect(complaints).toEqual([]);
  }, 240_000);

  it('finds a car by its colour, and then offers no refining', async () => {
    const { page } = await open();
    await page.locator('#colour').fill('#c01010');
    await page.getByText(/^Car \d+ is the nearest of 10000\.$/).waitFor();
    expect(await page.getByRole('button', { name: 'Bring it nearer' }).isVisible()).toBe(false);
    await expect.poll(() => inPage(page, "document.querySelector('#nearest-picture').naturalWidth")).toBeGreaterThan(0);
    const [red = 0, green = 0, blue = 0] = (await inPage(
      page,
      `(() => {
        const brush = new OffscreenCanvas(10, 10).getContext('2d');
        brush.drawImage(document.querySelector('#nearest-picture'), 0, 0, 10, 10);
        return [...brush.getImageData(5, 4, 1, 1).data];
      })()`,
    )) as number[];
    expect(red).toBeGreaterThan(2 * Math.max(green, blue));
  }, 60_000);

  it('says what is wrong with a file or the service, and works as soon as it is mended', async () => {
    const { page, context } = await open();
    const buffer = Buffer.from('no picture');
    await page.locator('#photo').setInputFiles({ name: 'a.jpg', mimeType: 'image/jpeg', buffer });
    await page.getByText('This browser cannot read that file as a picture.').waitFor();
    await context.route('**/index.bin', (route) => route.fulfill({ status: 503 }));
    await give(page, 7);
    await page.getByText('The service has no answer at the moment. Try again.').waitFor();
    await context.unroute('**/index.bin');
    await give(page, 8);
    await page.getByText('Car 8 is the nearest').waitFor();
  }, 60_000);

  it('says what it needs where there are no scripts', async () => {
    const { page } = await open({ javaScriptEnabled: false });
    expect(await page.locator('noscript .notice').isVisible()).toBe(true);
    expect(await page.locator('#photo').isVisible()).toBe(false);
  });

  it.each([
    ['light', {}],
    ['dark', { colorScheme: 'dark' }],
    ['the narrowest phone', phone],
    ['forced colours', { forcedColors: 'active' }],
  ] as const)(
    'fits, and has nothing that axe finds: %s',
    async (_, options) => {
      const { page } = await open({ ...options, bypassCSP: true });
      await give(page, 5);
      await page.getByText('Car 5 is the nearest').waitFor();
      const widest =
        "Math.max(...[...document.querySelectorAll('main :not(.strip *)')].map((e) => e.getBoundingClientRect().right)) - innerWidth";
      expect(await inPage(page, widest)).toBeLessThanOrEqual(0);
      await page.evaluate(axe.source);
      const violations = 'axe.run().then(({ violations }) => violations.map(({ id, nodes }) => id + nodes[0].html))';
      expect(await inPage(page, violations)).toEqual([]);
    },
    60_000,
  );
});
