import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, it } from 'vitest';
import packageJson from '../../../package.json' with { type: 'json' };

// Inside node_modules, because the built program looks for its packages upwards from where it lies.
const cache = path.resolve('node_modules/.cache');
let folder: string;

beforeAll(async () => {
  await mkdir(cache, { recursive: true });
  folder = await mkdtemp(path.join(cache, 'freshcar-cli-'));
  await build({
    entryPoints: [path.resolve('model/cli/freshcar.ts')],
    outfile: path.join(folder, 'freshcar.mjs'),
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
  });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function freshcar(...args: readonly string[]) {
  const child = spawn(process.execPath, [path.join(folder, 'freshcar.mjs'), ...args]);
  const printed = { out: '', err: '' };
  child.stdout.on('data', (data) => (printed.out += data));
  child.stderr.on('data', (data) => (printed.err += data));
  return { child, printed };
}

it('prints the version of the package', async () => {
  const { child, printed } = freshcar('--version');
  expect(await once(child, 'close')).toEqual([0, null]);
  expect(printed).toEqual({ out: `${packageJson.version}\n`, err: '' });
});

it('ends in peace when nobody reads on, as behind a pipe into head', async () => {
  const { child, printed } = freshcar('train', '--help');
  child.stdout.destroy();
  expect(await once(child, 'close')).toEqual([0, null]);
  expect(printed.err).toBe('');
});
