import { execFileSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { cp } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { serve } from '@hono/node-server';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { createApp } from '../../functions/generate/http/app.ts';
import { readPage } from '../../functions/generate/http/page-files.ts';
import { loadModel } from '../../functions/generate/models/load-model.ts';
import { createModelRegistry } from '../../functions/generate/models/model-registry.ts';
import { buildPage } from '../../infra/build/page.mjs';
import { folderStore } from '../../model/store/folder-store.ts';
import { withdrawVersion } from '../../model/store/offer.ts';
import { promoteVersion } from '../../model/store/promote.ts';
import { shippedModel } from '../../model/store/shipped.ts';
import { recordedLog } from '../functions/generate/fixtures.ts';
import { chromium } from './chromium.ts';
import { inPage, seedOf, useBrowser } from './use-browser.ts';

/** The service over a store of its own with two of the shipped models, the smaller one current. It looks at the pointer at each request. */
async function startService(folder: string) {
  const [pages, location] = [path.join(folder, 'page'), path.join(folder, 'store')];
  await buildPage(process.cwd(), pages);
  // Writes the graphs of the shipped models.
  execFileSync(process.execPath, ['infra/build/build.mjs', 'server']);
  await cp(path.join(shippedModel(), 'models'), path.join(location, 'models'), { recursive: true });
  const store = folderStore(location);
  const reading = await store.readPointer();
  const [older = '', newer = ''] = [reading?.pointer.version, ...(reading?.pointer.alternates ?? [])];
  await withdrawVersion(store, newer);
  const { log } = recordedLog();
  const load = (version: string) => loadModel(store, version);
  const model = createModelRegistry({ source: store, load, log, now: () => performance.now(), checkEvery: 0 });
  await model.loadAll();
  const app = createApp({ model, freshSeed: () => randomInt(2 ** 32), log, page: await readPage(pages) });
  const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' });
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  const promote = () => promoteVersion(store, newer);
  return { address: `http://127.0.0.1:${port}`, close: () => void server.close(), older, newer, promote };
}

describe.skipIf(chromium === undefined)('a model that is promoted in Chromium (skipped: needs Chromium)', () => {
  const site = useBrowser(startService, '#controls');
  const modelOf = (page: Page) => page.locator('#main').getAttribute('data-model');
  const bytesOf = async (page: Page) => {
    const address = new URL((await page.locator('#car').getAttribute('src')) ?? '', page.url());
    return Buffer.from(await (await fetch(address)).arrayBuffer());
  };

  it('changes nothing about a page that is open, nor about its links, byte for byte', async () => {
    const { older, newer, promote, address } = site.server;
    const { page, complaints, context } = await site.open('/?seed=5');
    expect(await modelOf(page)).toBe(older);
    const before = await bytesOf(page);
    const link = (await page.locator('#permalink').getAttribute('href')) ?? '';
    await promote();
    // Visitors who come later are shown the new one, as soon as the service has it.
    const later = await context.newPage();
    await expect
      .poll(
        async () => {
          await later.goto(`${address}/?seed=5`);
          return modelOf(later);
        },
        { timeout: 60_000 },
      )
      .toBe(newer);
    expect((await bytesOf(later)).equals(before)).toBe(false);
    expect((await bytesOf(page)).equals(before)).toBe(true);
    await page.locator('#another').click();
    await expect.poll(() => inPage(page, "document.querySelector('#car').naturalWidth")).toBe(32);
    const seed = await seedOf(page);
    expect(page.url()).toBe(`${address}/?seed=${seed}&model=${older}`);
    await page.locator('#refill').click();
    await expect.poll(() => inPage(page, "document.querySelector('#sheet-picture').naturalWidth")).toBe(8 * 32);
    await later.goto(new URL(link, `${address}/`).href);
    expect((await bytesOf(later)).equals(before)).toBe(true);
    expect(await later.locator('#notice').textContent()).toContain(`Drawn by an older model, ${older}.`);
    expect(complaints).toEqual([]);
  }, 180_000);
});
