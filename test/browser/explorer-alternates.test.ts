import type { Page } from 'playwright-core';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { chromium } from './chromium.ts';
import { startPageServer } from './page-server.ts';
import { inPage, phone, seedOf, sheetShown, useBrowser } from './use-browser.ts';

describe.skipIf(chromium === undefined)(
  'the choice of models on the explorer page in Chromium (skipped: needs Chromium)',
  () => {
    const site = useBrowser(startPageServer, '#controls');

    it('has no choice of models where there is one', async () => {
      const { page } = await site.open();
      expect(await page.locator('#models').count()).toBe(0);
    });

    describe('where an alternate has larger cars', () => {
      beforeEach(() => {
        site.server.alternates = ['large-64'];
        return () => {
          site.server.alternates = [];
        };
      });

      const source = (page: Page, id: string) => page.locator(id).getAttribute('src');
      const link = (page: Page, id: string) => page.locator(id).getAttribute('href');
      const shownSize = (page: Page) => page.locator('#models [aria-current="true"]').textContent();

      it('shows the larger ones from the first picture on, without a complaint', async () => {
        const { page, complaints, requests } = await site.open('/?seed=5');
        expect(await inPage(page, "document.querySelector('#car').naturalWidth")).toBe(64);
        const pictures = requests.filter((address) => address.includes('.png'));
        expect(pictures.length).toBeGreaterThan(2);
        for (const address of pictures) expect(address).toContain('/models/large-64/');
        expect(page.url()).toBe(`${site.server.address}/?seed=5&model=large-64`);
        expect(complaints).toEqual([]);
      });

      it('has everything go with the model that is chosen, by the keyboard too, and keeps the car', async () => {
        const { page, complaints } = await site.open('/?seed=5&truncation=0.7');
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
        const { page } = await site.open('/?seed=5');
        await page.locator('#another').click();
        const seed = await seedOf(page);
        await page.getByRole('link', { name: '32 × 32' }).click();
        expect(page.url()).toBe(`${site.server.address}/?seed=${seed}&model=painted`);
        await page.getByRole('link', { name: '64 × 64' }).click();
        expect(page.url()).toBe(`${site.server.address}/?seed=${seed}&model=large-64`);
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
        const { page, context } = await site.open('/?seed=5&model=painted');
        await context.grantPermissions(['clipboard-read', 'clipboard-write']);
        await page.locator('#copy').click();
        await page.getByText('Link copied.').waitFor();
        const copied = String(await inPage(page, 'navigator.clipboard.readText()'));
        expect(copied).toBe(`${site.server.address}/?seed=5&model=painted`);
        await page.goto(copied);
        expect(await source(page, '#car')).toBe('models/painted/cars/5.png');
      });

      it('lets a visitor change the model without JavaScript', async () => {
        const { page } = await site.open('/?seed=5&truncation=0.7', { javaScriptEnabled: false });
        expect(await shownSize(page)).toBe('64 × 64');
        await page.getByRole('link', { name: '32 × 32' }).click();
        expect(await source(page, '#car')).toBe('models/painted/cars/5.png?truncation=0.7');
        expect(await shownSize(page)).toBe('32 × 32');
        await page.locator('#another').click();
        expect(page.url()).toBe(`${site.server.address}/?truncation=0.7&model=painted`);
      });

      it('fits a phone, with pixels of equal size and links for thumbs', async () => {
        const { page } = await site.open('/', phone);
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
        Object.assign(site.server, { silent: true, alternates: ['huge-128'] });
        onTestFinished(() => {
          site.server.silent = false;
        });
        const { page, complaints } = await site.open('/?seed=5&model=huge-128');
        expect(page.url()).toBe(`${site.server.address}/?seed=5&model=huge-128`);
        await sheetShown(page);
        expect(await inPage(page, "document.querySelector('#sheet-picture').naturalWidth")).toBe(1024);
        await page.locator('#another').click();
        const seed = await seedOf(page);
        expect(page.url()).toBe(`${site.server.address}/?seed=${seed}&model=huge-128`);
        expect(await link(page, '#permalink')).toBe(`./?seed=${seed}&model=huge-128`);
        expect(await link(page, '#another')).toBe('./?model=huge-128');
        expect(await link(page, '#download')).toBe(`models/huge-128/cars/${seed}.png?size=512`);
        const label = `Show car ${seed} again, huge-128`;
        expect(await page.locator('#seen [aria-current="true"]').getAttribute('aria-label')).toBe(label);
        site.server.silent = false;
        await page.reload();
        expect(await source(page, '#car')).toBe(`models/huge-128/cars/${seed}.png`);
        expect(complaints).toEqual([]);
      });

      it('asks for no sheet that is larger than the service draws', async () => {
        site.server.alternates = ['huge-128'];
        const { page, complaints } = await site.open();
        await sheetShown(page);
        expect(await inPage(page, "document.querySelector('#sheet-picture').naturalWidth")).toBe(1024);
        expect(complaints).toEqual([]);
      });
    });

    it('shows which size is chosen where colours are the visitor’s own', async () => {
      site.server.alternates = ['large-64'];
      onTestFinished(() => {
        site.server.alternates = [];
      });
      const { page } = await site.open('/?seed=5', { forcedColors: 'active' });
      const outline = (selector: string) =>
        inPage(page, `getComputedStyle(document.querySelector('${selector}')).outlineStyle`);
      expect(await outline('#models [aria-current="true"]')).toBe('solid');
      expect(await outline('#models a:not([aria-current="true"])')).toBe('none');
    });
  },
);
