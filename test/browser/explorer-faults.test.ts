import type { Page } from 'playwright-core';
import { describe, expect, it, onTestFinished } from 'vitest';
import { chromium } from './chromium.ts';
import { startPageServer } from './page-server.ts';
import { inPage, useBrowser } from './use-browser.ts';

describe.skipIf(chromium === undefined)('the explorer page without cars in Chromium (skipped: needs Chromium)', () => {
  const site = useBrowser(startPageServer, '#controls');

  it('says what is wrong when no car can be drawn', async () => {
    site.server.broken = true;
    onTestFinished(() => {
      site.server.broken = false;
    });
    const { page } = await site.open();
    await page.getByText('The model cannot be loaded at the moment').waitFor();
  });

  describe('when pictures do not come', () => {
    const natural = (page: Page, id: string) => inPage(page, `document.querySelector('${id}').naturalWidth`);
    const refusals = [
      ['a throttle before the service', 429, 'Very many cars are asked for at the moment.'],
      ['a platform without the service', 503, 'The service has no car at the moment.'],
    ] as const;

    it.each(refusals)('says what %s did, goes on trying, and heals', async (_, status, sentence) => {
      const { page, context } = await site.open('/?seed=5');
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
      const { page, context } = await site.open('/?seed=5');
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
      const context = await site.newContext();
      let isRefused = true;
      await context.route('**/cars/*.png*', (route) => (isRefused ? route.fulfill({ status: 503 }) : route.continue()));
      const page = await context.newPage();
      await page.goto(`${site.server.address}/?seed=5`);
      await page.getByText('The service has no car at the moment.').waitFor();
      isRefused = false;
      await expect.poll(() => natural(page, '#car'), { timeout: 15_000 }).toBe(32);
    });
  });
});
