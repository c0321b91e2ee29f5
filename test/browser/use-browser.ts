import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium as driver,
  type Page,
} from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished } from 'vitest';
import { chromium, chromiumFlags } from './chromium.ts';

export const phone = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true };

interface Served {
  /** Such as `http://127.0.0.1:1234`. */
  readonly address: string;
  close(): unknown;
}

/** What the tests of a file share: a server of pages, and a browser that opens them. */
interface Site<Server extends Served> {
  readonly server: Server;
  newContext(options?: BrowserContextOptions): Promise<BrowserContext>;
  /** Opens a page; whatever its console complains of is in `complaints`, whatever it asks for in `requests`. */
  open(
    at?: string,
    options?: BrowserContextOptions,
  ): Promise<{
    readonly page: Page;
    readonly context: BrowserContext;
    readonly complaints: readonly string[];
    readonly requests: readonly string[];
  }>;
}

/**
 * Server and browser from before the first test of a `describe` to after its last.
 *
 * @param start Serves the pages that it builds into `folder`.
 * @param ready What is on a page once its script has run.
 */
export function useBrowser<Server extends Served>(
  start: (folder: string) => Promise<Server>,
  ready?: string,
): Site<Server> {
  let folder: string;
  let server: Server;
  let browser: Browser;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'freshcar-page-'));
    server = await start(folder);
    browser = await driver.launch({ executablePath: chromium ?? '', args: chromiumFlags });
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
    await rm(folder, { recursive: true, force: true });
  });

  const newContext = async (options: BrowserContextOptions = {}) => {
    const context = await browser.newContext(options);
    onTestFinished(() => context.close());
    return context;
  };
  return {
    get server() {
      return server;
    },
    newContext,
    async open(at = '/', options = {}) {
      const context = await newContext(options);
      const page = await context.newPage();
      const complaints: string[] = [];
      page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
      page.on('pageerror', (error) => complaints.push(error.message));
      const requests: string[] = [];
      page.on('request', (request) => requests.push(request.url()));
      await page.goto(server.address + at, { waitUntil: 'load' });
      if (ready !== undefined && options.javaScriptEnabled !== false) await page.locator(ready).waitFor();
      return { page, complaints, context, requests };
    },
  };
}

/** Scripts for the page are text, because the tests are compiled without the browser's types. */
export function inPage(page: Page, script: string): Promise<unknown> {
  return page.evaluate<unknown>(script);
}

export async function seedOf(page: Page): Promise<number> {
  return Number((await page.locator('#permalink').textContent())?.replace('Car ', ''));
}

/** Asked from here: the page's policy forbids the script that Playwright's own waiting puts into it. */
export async function sheetShown(page: Page): Promise<void> {
  await expect
    .poll(() => inPage(page, "document.querySelector('#sheet-picture').naturalWidth"), { timeout: 20_000 })
    .toBeGreaterThan(0);
}
