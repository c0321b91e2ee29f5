import { execFileSync } from 'node:child_process';
import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { PNG } from 'pngjs';
import { describe, expect, it } from 'vitest';
import { serveCars } from '../../functions/generate/server/serve.ts';
import { buildPage } from '../../infra/build/page.mjs';
import { shippedModel } from '../../model/store/shipped.ts';
import { recordedLog } from '../functions/generate/fixtures.ts';
import { chromium } from './chromium.ts';
import { inPage, useBrowser } from './use-browser.ts';

const phone = { viewport: { width: 320, height: 568 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true };

/** The service itself over the shipped models, whose graphs the build writes. */
async function startService(folder: string) {
  await buildPage(process.cwd(), folder);
  execFileSync(process.execPath, ['infra/build/build.mjs', 'server']);
  const server = await serveCars({ model: shippedModel(), port: 0, page: folder, log: recordedLog().log });
  await server.ready;
  return { address: `http://127.0.0.1:${server.port}`, close: () => server.close() };
}

describe.skipIf(chromium === undefined)('the page from car to car in Chromium (skipped: needs Chromium)', () => {
  const site = useBrowser(startService);
  const engineOf = (page: Page) => page.locator('#main').getAttribute('data-engine');
  const pixels = async (page: Page) =>
    inPage(
      page,
      `[...document.querySelector('#canvas').getContext('2d')
        .getImageData(0, 0, document.querySelector('#canvas').width, document.querySelector('#canvas').height).data]`,
    ) as Promise<number[]>;
  const served = async (address: string) =>
    PNG.sync.read(Buffer.from(await (await fetch(`${site.server.address}/${address}`)).arrayBuffer()));

  it('draws in the browser what the service draws, within 1 of 255, at 30 frames a second', async () => {
    const { page, complaints } = await site.open('/morph?cars=5,7');
    const version = await page.locator('#main').getAttribute('data-model');
    await page.locator('#along').focus();
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => engineOf(page), { timeout: 60_000 }).toBe('local');
    for (let step = 1; step < 10; step++) await page.keyboard.press('ArrowRight');
    const wanted = await served(`models/${version}/cars/5.png?towards=7&by=0.2`);
    await expect
      .poll(
        async () => Math.max(...(await pixels(page)).map((value, at) => Math.abs(value - (wanted.data[at] ?? 0)))),
        {
          timeout: 20_000,
        },
      )
      .toBeLessThanOrEqual(1);
    expect(page.url()).toContain('/morph?cars=5,7&at=10');
    await page.getByRole('button', { name: 'Play' }).click();
    // Counts the different pictures that are put on the canvas in a second and a half, once they are drawn.
    const shown = () =>
      inPage(
        page,
        `new Promise((resolve) => {
          const brush = document.querySelector('#canvas').getContext('2d');
          const seen = new Set();
          brush.putImageData = (image, x, y) => {
            seen.add(image);
            CanvasRenderingContext2D.prototype.putImageData.call(brush, image, x, y);
          };
          setTimeout(() => resolve(seen.size), 1500);
        })`,
      );
    // There are 51 from car to car, which take a second and a half; 45 of them are 30 a second.
    await expect.poll(shown, { timeout: 60_000 }).toBeGreaterThanOrEqual(45);
    expect(complaints).toEqual([]);
  }, 120_000);

  it('walks by the service where the network cannot be loaded, and says so', async () => {
    const { page, context } = await site.open('/morph?cars=5,7');
    await context.route('**/generator.onnx*', (route) => route.fulfill({ status: 503 }));
    const version = await page.locator('#main').getAttribute('data-model');
    await page.locator('#along').focus();
    await page.keyboard.press('End');
    await page.getByText('The service draws the cars instead').waitFor();
    const wanted = await served(`models/${version}/cars/5.png?towards=7&by=1`);
    await expect.poll(async () => (await pixels(page)).join(), { timeout: 20_000 }).toBe([...wanted.data].join());
  });

  it('lets a visitor change, add and take out cars, up to four in a square, and links to that', async () => {
    const { page, complaints } = await site.open('/morph?cars=5,7');
    await page.getByRole('button', { name: 'Add a car' }).click();
    expect(await page.locator('#square-box').isVisible()).toBe(false);
    await page.getByRole('button', { name: 'Add a car' }).click();
    expect(await page.getByRole('button', { name: 'Add a car' }).isDisabled()).toBe(true);
    await page.getByLabel('Four cars as the corners of a square').check();
    await page.locator('#down').focus();
    await page.keyboard.press('End');
    await expect.poll(() => page.url()).toMatch(/cars=5,7,\d+,\d+&square=true&at=0,50&model=/);
    const cars = new URL(page.url()).searchParams.get('cars')?.split(',') ?? [];
    const download = await page.locator('#download').getAttribute('href');
    expect(download).toContain(`through=${[cars[0], cars[1], cars[3], cars[2]].join(',')}&`);
    expect(download).toContain('back=true');
    await page.reload();
    expect(await page.locator('#down').inputValue()).toBe('50');
    expect(await page.locator('#square').isChecked()).toBe(true);
    expect((await fetch(`${site.server.address}/${download}`)).status).toBe(200);
    await page.getByRole('button', { name: 'Place 1, car 5' }).click();
    await page.getByRole('button', { name: 'Take it out' }).click();
    await expect.poll(() => page.url()).toContain(`cars=${cars.slice(1).join(',')}&`);
    expect(complaints).toEqual([]);
  });

  it('changes one thing about all cars of the walk, as the service does, and links to that', async () => {
    const { page, complaints } = await site.open('/morph?cars=5,7&at=50&truncation=0.8');
    const version = await page.locator('#main').getAttribute('data-model');
    await page.getByText('Change one thing').click();
    const slider = page.getByLabel('Paint, from darker to brighter');
    await slider.focus();
    await page.keyboard.press('End');
    await expect.poll(() => engineOf(page), { timeout: 60_000 }).toBe('local');
    const wanted = await served(`models/${version}/cars/5.png?towards=7&by=1&truncation=0.8&brightness=2`);
    const difference = async () =>
      Math.max(...(await pixels(page)).map((value, at) => Math.abs(value - (wanted.data[at] ?? 0))));
    await expect.poll(difference, { timeout: 20_000 }).toBeLessThanOrEqual(1);
    const look = 'truncation=0.8&brightness=2';
    expect(page.url()).toContain(`/morph?cars=5,7&at=50&${look}&model=`);
    expect(await page.locator('#download').getAttribute('href')).toContain(look);
    expect(await page.locator('#cars img').first().getAttribute('src')).toContain(look);
    await page.reload();
    await page.getByText('Change one thing').click();
    await expect.poll(() => slider.inputValue()).toBe('2');
    expect(complaints).toEqual([]);
  }, 120_000);

  it('shows the walk without a script', async () => {
    const { page } = await site.open('/morph?cars=5,7', { javaScriptEnabled: false });
    expect(await page.getByRole('img', { name: 'A walk through the cars 5, 7' }).isVisible()).toBe(true);
    expect(await page.locator('#play').isVisible()).toBe(false);
  });

  it.each([
    ['light', {}],
    ['dark', { colorScheme: 'dark' }],
    ['the narrowest phone', phone],
    ['forced colours', { forcedColors: 'active' }],
  ] as const)('fits, and has nothing that axe finds: %s', async (_, options) => {
    const { page } = await site.open('/morph?cars=5,7,9,11&square=true', { ...options, bypassCSP: true });
    const widest =
      "Math.max(...[...document.querySelectorAll('main :not(.strip *)')].map((e) => e.getBoundingClientRect().right)) - innerWidth";
    if (options === phone) expect(await inPage(page, widest)).toBeLessThanOrEqual(0);
    await page.evaluate(axe.source);
    const violations = 'axe.run().then(({ violations }) => violations.map(({ id, nodes }) => id + nodes[0].html))';
    expect(await inPage(page, violations)).toEqual([]);
  });
});
