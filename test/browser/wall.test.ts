import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import axe from 'axe-core';
import { type Browser, type BrowserContextOptions, chromium as driver, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { chromium, chromiumFlags } from './chromium.ts';
import { type PageServer, startPageServer } from './page-server.ts';

describe.skipIf(chromium === undefined)(
  'the wall and the page about a model in Chromium (skipped: needs Chromium)',
  () => {
    let folder: string;
    let server: PageServer;
    let browser: Browser;

    beforeAll(async () => {
      folder = await mkdtemp(path.join(tmpdir(), 'freshcar-wall-'));
      server = await startPageServer(folder);
      browser = await driver.launch({ executablePath: chromium ?? '', args: chromiumFlags });
    });
    afterAll(async () => {
      await browser?.close();
      server?.close();
      await rm(folder, { recursive: true, force: true });
    });

    async function open(at: string, options: BrowserContextOptions = {}) {
      const context = await browser.newContext(options);
      onTestFinished(() => context.close());
      const page = await context.newPage();
      const complaints: string[] = [];
      page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
      page.on('pageerror', (error) => complaints.push(error.message));
      const requests: string[] = [];
      page.on('request', (request) => requests.push(request.url()));
      await page.goto(server.address + at, { waitUntil: 'load' });
      return { page, complaints, requests };
    }
    const inPage = (page: Page, script: string) => page.evaluate<unknown>(script);

    it('goes on for 5,000 cars by 32 a request, holds few links at once, and leads back to its place', async () => {
      const { page, complaints, requests } = await open('/wall');
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
      const { page } = await open('/wall');
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
      const { page, complaints } = await open(address, { ...options, viewport, bypassCSP: true });
      expect(await inPage(page, 'document.documentElement.scrollWidth')).toBe(320);
      await page.evaluate(axe.source);
      const violations = 'axe.run().then(({ violations }) => violations.map(({ id, nodes }) => id + nodes[0].html))';
      expect(await inPage(page, violations)).toEqual([]);
      expect(complaints).toEqual([]);
    });
  },
);
