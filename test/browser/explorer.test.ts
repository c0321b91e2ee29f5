import { describe, expect, it, onTestFinished } from 'vitest';
import { chromium } from './chromium.ts';
import { startPageServer } from './page-server.ts';
import { inPage, phone, seedOf, sheetShown, useBrowser } from './use-browser.ts';

describe.skipIf(chromium === undefined)('the explorer page in Chromium (skipped: needs Chromium)', () => {
  const site = useBrowser(startPageServer, '#controls');

  it('shows a car and a sheet without a complaint', async () => {
    const { page, complaints } = await site.open();
    expect(await inPage(page, "document.querySelector('#car').naturalWidth")).toBe(32);
    expect(await page.locator('.places a').count()).toBe(32);
    expect(page.url()).toBe(`${site.server.address}/?seed=${await seedOf(page)}&model=painted`);
    expect(complaints).toEqual([]);
  });

  it('asks for one sheet, of a few hundred, and for at most 40 cars before anybody scrolls', async () => {
    const { page, requests } = await site.open('/?seed=700');
    await page.waitForLoadState('networkidle');
    const pictures = requests.filter((address) => address.includes('.png'));
    const sheets = pictures.filter((address) => address.includes('/sheet.png'));
    // 700 is 188 more than twice 256, and a sheet has 32 cars.
    expect(sheets).toEqual([`${site.server.address}/models/painted/sheet.png?rows=4&columns=8&seed=${188 * 32}`]);
    const single = new Set(pictures.filter((address) => address.includes('/cars/')));
    expect(single.size + 32).toBeLessThanOrEqual(40);
  });

  it('blends the pixels until a visitor wants to see each of them', async () => {
    const { page } = await site.open();
    const rendering = () => inPage(page, "getComputedStyle(document.querySelector('#car')).imageRendering");
    expect(await rendering()).toBe('auto');
    await page.locator('#soft').uncheck();
    expect(await rendering()).toBe('pixelated');
  });

  it('shows another car by link, by click on the picture, by space and by arrow, wherever the focus is, and comes back', async () => {
    const { page } = await site.open('/?seed=5');
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

  it('shows the car that was picked from the sheet', async () => {
    const { page } = await site.open('/?seed=1');
    await page.locator('.places a').nth(17).click();
    expect(await seedOf(page)).toBe(32 + 17);
    expect(await page.locator('#car').getAttribute('src')).toBe('models/painted/cars/49.png');
  });

  it('shows a stranger car at the end of the dial, says so in its address, and then has one sheet drawn', async () => {
    const { page, requests } = await site.open('/?seed=5');
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
    const { page } = await site.open('/?seed=5');
    expect(await page.locator('#walk').isVisible()).toBe(false);
    await page.locator('#another').click();
    const seed = await seedOf(page);
    expect(await page.locator('#walk').getAttribute('href')).toBe(`morph?cars=5,${seed}&model=painted`);
  });

  it('shows cars like the one that is shown, each at an address of its own', async () => {
    const { page, complaints } = await site.open('/?seed=5');
    await page.getByRole('button', { name: 'More like this one' }).click();
    await page.getByRole('heading', { name: 'More like car 5' }).waitFor();
    await sheetShown(page);
    const source = new URL(String(await inPage(page, "document.querySelector('#sheet-picture').src"))).searchParams;
    expect(source.get('around')).toBe('5');
    await page.locator('.places a').nth(9).click();
    const towards = Number(source.get('seed')) + 9;
    expect(page.url()).toBe(`${site.server.address}/?seed=5&towards=${towards}&by=0.3&model=painted`);
    expect(await page.locator('#permalink').textContent()).toBe(`Car 5, 30% of the way to car ${towards}`);
    await page.reload();
    expect(await page.locator('#car').getAttribute('src')).toBe(`models/painted/cars/5.png?towards=${towards}&by=0.3`);
    expect(await inPage(page, "document.querySelector('#car').naturalWidth")).toBe(32);
    expect(complaints).toEqual([]);
  });

  it('keeps cars in this browser and hands them on as a link', async () => {
    const { page, context } = await site.open('/?seed=5&truncation=0.7');
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.keyboard.press('k');
    await page.getByText('Kept in this browser.').waitFor();
    await page.locator('#another').click();
    await page.getByRole('button', { name: 'Keep', exact: true }).click();
    const second = await seedOf(page);
    await page.reload();
    expect(await page.locator('#kept button').count()).toBe(2);
    await page.locator('#kept button').nth(1).click();
    expect(page.url()).toBe(`${site.server.address}/?seed=5&truncation=0.7&model=painted`);
    expect(await page.locator('#keep').getAttribute('aria-pressed')).toBe('true');
    await page.getByRole('button', { name: 'Copy them as a link' }).click();
    await page.getByText('Link to 2 cars copied.').waitFor();
    const link = String(await inPage(page, 'navigator.clipboard.readText()'));
    const other = await site.open(link.slice(site.server.address.length));
    await other.page.getByText('This link carries 2 cars').waitFor();
    await other.page.getByRole('button', { name: 'Add them' }).click();
    expect(await other.page.locator('#kept button').count()).toBe(2);
    await other.page.locator('#kept button').first().click();
    expect(await seedOf(other.page)).toBe(second);
  });

  it('changes one thing about a car by a slider, at an address of its own', async () => {
    site.server.changeable = true;
    onTestFinished(() => {
      site.server.changeable = false;
    });
    const { page, complaints } = await site.open('/?seed=5');
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
    const { page, complaints } = await site.open('/#kept=<img>,5~../x~,99999999999~painted,%E0%A4%A');
    expect(await page.locator('#kept-section').isVisible()).toBe(false);
    expect(complaints).toEqual([]);
  });

  it('shows the API on a page without a complaint, on a phone too', async () => {
    for (const options of [{}, phone]) {
      const { page, complaints } = await site.open('/', options);
      await page.getByRole('link', { name: 'API', exact: true }).click();
      await page.getByText('/morph.png', { exact: true }).click();
      expect(await page.getByRole('link', { name: 'morph.png?from=42' }).isVisible()).toBe(true);
      const width = await inPage(page, 'document.documentElement.scrollWidth - innerWidth');
      expect(width).toBe(0);
      expect(complaints).toEqual([]);
    }
  });

  it('copies a link that names the model, so that it opens the same car later', async () => {
    const { page, context } = await site.open('/?seed=5&truncation=0.7');
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.locator('#copy').click();
    await page.getByText('Link copied.').waitFor();
    expect(await inPage(page, 'navigator.clipboard.readText()')).toBe(
      `${site.server.address}/?seed=5&truncation=0.7&model=painted`,
    );
  });

  it('downloads the car large', async () => {
    const { page } = await site.open('/?seed=5');
    const [download] = await Promise.all([page.waitForEvent('download'), page.locator('#download').click()]);
    expect(download.suggestedFilename()).toBe('car-5.png');
  });
});
