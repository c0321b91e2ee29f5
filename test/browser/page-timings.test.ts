import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { serveCars } from '../../functions/generate/server/serve.ts';
import { buildPage } from '../../infra/build/page.mjs';
import { shippedModel } from '../../model/store/shipped.ts';
import { recordedLog } from '../functions/generate/fixtures.ts';
import { chromium } from './chromium.ts';
import { inPage, useBrowser } from './use-browser.ts';

/** Times say something on a quiet machine only. */
const isAsked = chromium !== undefined && process.env.FRESHCAR_TEST_TIMES === '1';

async function startService(folder: string) {
  await buildPage(process.cwd(), folder);
  execFileSync(process.execPath, ['infra/build/build.mjs', 'server']);
  const server = await serveCars({ model: shippedModel(), port: 0, page: folder, log: recordedLog().log });
  await server.ready;
  return { address: `http://127.0.0.1:${server.port}`, close: () => server.close() };
}

describe.skipIf(!isAsked)(
  'the time to the first car in Chromium (skipped: needs Chromium, a quiet machine and FRESHCAR_TEST_TIMES=1)',
  () => {
    const site = useBrowser(startService);

    /** Milliseconds from the start of the visit until the car is there; the median of five visits without a cache. */
    async function firstCar(kilobits?: number): Promise<number> {
      const times: number[] = [];
      for (let visit = 0; visit < 5; visit++) {
        const context = await site.newContext();
        const page = await context.newPage();
        const session = await context.newCDPSession(page);
        await session.send('Network.enable');
        const bytes = kilobits === undefined ? -1 : (kilobits * 1000) / 8;
        const conditions = { offline: false, latency: 0, downloadThroughput: bytes, uploadThroughput: bytes };
        await session.send('Network.emulateNetworkConditions', conditions);
        await page.goto(`${site.server.address}/?seed=${visit}`, { waitUntil: 'commit' });
        const arrived = "performance.getEntriesByName(document.querySelector('#car')?.src ?? '')[0]?.responseEnd ?? 0";
        await expect.poll(() => inPage(page, arrived), { timeout: 20_000 }).toBeGreaterThan(0);
        times.push(Number(await inPage(page, arrived)));
        await context.close();
      }
      const median = times.sort((one, other) => one - other)[2] ?? Number.NaN;
      console.info(`first car at ${kilobits ?? 'any number of'} kbit/s: ${Math.round(median)} ms`);
      return median;
    }

    it('is under half a second on this machine', async () => {
      expect(await firstCar()).toBeLessThan(500);
    }, 60_000);

    it('is under two seconds at 400 kbit/s', async () => {
      expect(await firstCar(400)).toBeLessThan(2000);
    }, 120_000);
  },
);
