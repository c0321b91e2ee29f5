import axe from 'axe-core';
import { describe, expect, it } from 'vitest';
import { chromium } from './chromium.ts';
import { startPageServer } from './page-server.ts';
import { inPage, useBrowser } from './use-browser.ts';

describe.skipIf(chromium === undefined)(
  'the wall and the page about a model in Chromium (skipped: needs Chromium)',
  () => {
    const site = useBrowser(startPageServer);

    it('goes on for 5,000 cars by 32 a request, holds few links at once, and leads back to its place', async () => {
      const { page, complaints, requests } = await site.open('/wall');
      const blocks = () => inPage(page, "document.querySelectorAll('.tile').length");
      while (((await blocks()) as number) * 32 < 5000) {
        const before = await blocks();
        await inPage(page, 'scrollTo(0, document.body.scrollHeight)');
        await expect.poll(blocks).not.toBe(before);
      }
      expect(await inPage(page, "document.querySelectorAll('.tile a').length")).toBeLessThan(12 * 32);
      const sheets = requests.filter((address) => address.includes('sheet.png'));
      expect(sheets.length).toBeLessThan(5000 / 32);
      for (const address of sheets)
        expect(address).toMatch(/\/models\/painted\/sheet\.png\?rows=4&columns=8&seed=\d+$/);
      const link = page.locator('.tile a').nth(40);
      await link.scrollIntoViewIfNeeded();
      const [label, top] = [await link.getAttribute('aria-label'), await inPage(page, 'scrollY')];
      await link.click();
      await page.waitForURL(/\/\?seed=\d+/);
      expect(await page.locator('#permalink').textContent()).toBe(label);
      await page.goBack();
      await page.waitForURL('**/wall');
      await expect.poll(() => inPage(page, 'scrollY')).toBe(top);
      await expect.poll(() => page.getByRole('link', { name: label ?? '', exact: true }).count()).toBe(1);
      expect(complaints).toEqual([]);
    }, 60_000);

    it('is walked through by the arrow keys within a block', async () => {
      const { page } = await site.open('/wall');
      await page.getByRole('link', { name: 'Car 0', exact: true }).focus();
      for (const key of ['ArrowDown', 'ArrowRight', 'Enter']) await page.keyboard.press(key);
      await page.waitForURL('**/?seed=9&model=painted');
    });

    it.each([
      ['the wall', '/wall', {}],
      ['the wall in forced colours', '/wall', { forcedColors: 'active' }],
      ['the page about a model', '/about', {}],
      ['the page about a model, dark', '/about', { colorScheme: 'dark' }],
      ['the page of a car', '/models/painted/cars/5', {}],
    ] as const)('has nothing that axe finds, and fits the narrowest phone: %s', async (_, address, options) => {
      const viewport = { width: 320, height: 568 };
      const { page, complaints } = await site.open(address, { ...options, viewport, bypassCSP: true });
      expect(await inPage(page, 'document.documentElement.scrollWidth')).toBe(320);
      await page.evaluate(axe.source);
      const violations = 'axe.run().then(({ violations }) => violations.map(({ id, nodes }) => id + nodes[0].html))';
      expect(await inPage(page, violations)).toEqual([]);
      expect(complaints).toEqual([]);
    });
  },
);
