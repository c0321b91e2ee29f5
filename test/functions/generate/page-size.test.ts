import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, it, onTestFinished } from 'vitest';
import { viewNames } from '../../../functions/generate/http/page-files.ts';
import { buildPage } from '../../../infra/build/page.mjs';

it('has no page of more than 16 KB packed, beside what scripts fetch when they need it', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'freshcar-size-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await buildPage(process.cwd(), folder);
  const read = (name: string) => readFile(path.join(folder, name));
  const shared = [await read('layout.html'), await read('style.css')];
  for (const view of viewNames) {
    const packed = gzipSync(Buffer.concat([...shared, await read(`${view}.html`), await read(`${view}.js`)]));
    expect([view, packed.length < 16_000]).toEqual([view, true]);
  }
});
