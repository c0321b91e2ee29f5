import axe from 'axe-core';
import { describe, expect, it } from 'vitest';
import { chromium } from './chromium.ts';
import { startPageServer } from './page-server.ts';
import { inPage, phone, seedOf, useBrowser } from './use-browser.ts';

describe.skipIf(chromium === undefined)(
  'the explorer page on screens, by keys and by touch in Chromium (skipped: needs Chromium)',
  () => {
    const site = useBrowser(startPageServer, '#controls');

    it('turns by swipe and by tap on a phone', async () => {
      const { page, context } = await site.open('/?seed=5', phone);
      const touch = await context.newCDPSession(page);
      const swipe = async (from: number, to: number) => {
        const at = (x: number) => [{ x, y: 200 }];
        await touch.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: at(from) });
        await touch.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: at((from + to) / 2) });
        await touch.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: at(to) });
        await touch.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
      };
      // The tap comes first: Chromium takes one that follows a swipe too closely for the end of the swipe.
      await page.locator('#frame').tap();
      await expect.poll(() => seedOf(page)).not.toBe(5);
      const second = await seedOf(page);
      await swipe(300, 100);
      await expect.poll(() => seedOf(page)).not.toBe(second);
      await swipe(100, 300);
      await page.waitForURL(`**/?seed=${second}&model=painted`);
      await expect.poll(() => seedOf(page)).toBe(second);
    });

    it('tells of its keys, and on a phone of its gestures', async () => {
      expect(await (await site.open()).page.getByText('Keys: Space').isVisible()).toBe(true);
      const { page } = await site.open('/', phone);
      expect(await page.getByText('swipe it').isVisible()).toBe(true);
      expect(await page.getByText('Keys: Space').isVisible()).toBe(false);
    });

    it('can be walked through by few stops of the tab key, the sheet by arrows', async () => {
      const { page } = await site.open('/?seed=5');
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
      const { page } = await site.open('/?seed=5', { javaScriptEnabled: false });
      expect(await page.title()).toBe('Car 5 · freshcar');
    });

    it('fits a phone, with pixels of equal size and places for thumbs', async () => {
      const { page } = await site.open('/', phone);
      expect(await inPage(page, 'document.documentElement.scrollWidth')).toBe(390);
      const car = await page.locator('#car').boundingBox();
      expect(car?.width).toBe(352);
      const place = await page.locator('.places a').first().boundingBox();
      expect(Math.min(place?.width ?? 0, place?.height ?? 0)).toBeGreaterThanOrEqual(44);
      const button = await page.locator('#another').boundingBox();
      expect((button?.y ?? 0) + (button?.height ?? 0)).toBeLessThan(600);
    });

    it('fits 320 pixels, with another car on the first screen', async () => {
      const { page } = await site.open('/', { ...phone, viewport: { width: 320, height: 568 } });
      expect(await inPage(page, 'document.documentElement.scrollWidth')).toBe(320);
      const widest =
        "Math.max(...[...document.querySelectorAll('main *')].map((e) => e.getBoundingClientRect().right))";
      expect(await inPage(page, widest)).toBeLessThanOrEqual(320);
      const button = await page.locator('#another').boundingBox();
      expect((button?.y ?? 0) + (button?.height ?? 0)).toBeLessThan(568);
    });

    it('shows a car and a way to the next one without JavaScript', async () => {
      const { page } = await site.open('/', { javaScriptEnabled: false });
      const seed = await page.locator('#permalink').textContent();
      expect(await page.locator('#car').boundingBox()).toMatchObject({ width: 512, height: 512 });
      await page.locator('#another').click();
      expect(await page.locator('#permalink').textContent()).not.toBe(seed);
      expect(await page.locator('#controls').isVisible()).toBe(false);
    });

    it.each([
      ['light', {}],
      ['dark', { colorScheme: 'dark' }],
      ['a phone', phone],
      ['forced colours', { forcedColors: 'active' }],
    ] as const)('has nothing that axe finds: %s', async (_, options) => {
      // axe itself is put into the page past its policy, which would stop it.
      const { page } = await site.open('/?seed=5', { ...options, bypassCSP: true });
      await page.keyboard.press('k');
      await page.locator('#another').click();
      await page.evaluate(axe.source);
      const found = (await inPage(
        page,
        'axe.run().then(({ violations }) => violations.map(({ id, nodes }) => id + nodes[0].html))',
      )) as string[];
      expect(found).toEqual([]);
    });

    it('shifts nothing, and weighs less than 60 kB without its pictures', async () => {
      const { page } = await site.open('/?seed=5');
      await page.waitForLoadState('networkidle');
      const shift =
        "new Promise((r) => new PerformanceObserver((l) => r(l.getEntries().reduce((s, e) => s + e.value, 0))).observe({ type: 'layout-shift', buffered: true }) || setTimeout(r, 500, 0))";
      expect(await inPage(page, shift)).toBeLessThan(0.05);
      const weight =
        "performance.getEntries().filter((e) => e.encodedBodySize && !e.name.includes('.png')).reduce((s, e) => s + e.encodedBodySize, 0)";
      expect(await inPage(page, weight)).toBeLessThan(60_000);
      expect(await inPage(page, weight)).toBeGreaterThan(1000);
    });
  },
);
