import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import { runProgram } from '../../../model/cli/program.ts';
import { writeRealBundle } from '../../functions/generate/real-bundle.ts';
import { temporaryFolder } from '../store/bundle-fixture.ts';

/** Runs a command line and keeps what it prints. */
async function freshcar(...args: string[]) {
  const printed = { out: '', err: '' };
  const stream = (name: 'out' | 'err') => ({
    write(text: string) {
      printed[name] += text;
    },
  });
  const terminal = { out: stream('out'), err: stream('err'), now: () => 0, interruption: () => AbortSignal.abort() };
  return { code: await runProgram(args, terminal), ...printed };
}

async function start() {
  const folder = await temporaryFolder();
  const [one, two] = [await writeRealBundle(folder, 'one'), await writeRealBundle(folder, 'two', 32, 2)];
  const store = path.join(folder, 'store');
  return {
    one,
    two,
    store,
    pointer: async () => {
      const { history, ...pointer } = JSON.parse(await readFile(path.join(store, 'models/current.json'), 'utf8'));
      return { pointer, history };
    },
  };
}

it('publishes, promotes and rolls back, and says what it did', async () => {
  const { one, two, store, pointer } = await start();
  expect(await freshcar('publish', one, '--store', store)).toMatchObject({
    code: 0,
    out: `Published model one in ${store}. Serve it: freshcar promote one --store ${store}\n`,
    err: expect.stringMatching(/^generator\.onnx: \d+ bytes$/m),
  });
  expect((await freshcar('publish', one, '--store', store)).out).toContain('Nothing to do');
  await freshcar('publish', two, '--store', store);
  expect((await freshcar('promote', 'one', '--store', store)).out).toBe(
    `${store} serves one now, in place of nothing.\n`,
  );
  await freshcar('promote', 'two', '--store', store);
  expect((await pointer()).pointer).toEqual({ version: 'two', previous: 'one' });
  expect((await freshcar('promote', 'two', '--store', store)).out).toContain('serves two already');
  expect((await freshcar('rollback', '--from', 'two', '--store', store)).out).toContain('serves one now');
  expect((await pointer()).pointer).toEqual({ version: 'one', previous: 'two' });
});

it('names what there is where a version is not, and refuses what is no place for a store', async () => {
  const { one, store } = await start();
  await freshcar('publish', one, '--store', store);
  await freshcar('promote', 'one', '--store', store);
  const { code, err } = await freshcar('promote', 'nope', '--store', store);
  expect({ code, err }).toEqual({
    code: 1,
    err: expect.stringContaining('no model nope, or not all of it. Its pointer names one;'),
  });
  for (const place of ['s3:/bucket', 'https://bucket.s3.amazonaws.com', 'S3://bucket'])
    expect(await freshcar('promote', 'one', '--store', place)).toMatchObject({
      code: 2,
      err: expect.stringContaining(`${place} is neither a bucket nor a folder`),
    });
  expect(await freshcar('promote', 'one', '--store', '')).toMatchObject({
    code: 2,
    err: 'error: --store is empty; say what is meant.\n',
  });
});

it('only says what it would do on a dry run', async () => {
  const { one, store, pointer } = await start();
  expect((await freshcar('publish', one, '--store', store, '--dry-run')).out).toMatch(
    /^Would publish .*: 3 files, \d+/,
  );
  expect((await freshcar('promote', 'one', '--store', store, '--dry-run')).code).toBe(1);
  await freshcar('publish', one, '--store', store);
  expect((await freshcar('promote', 'one', '--store', store, '--dry-run')).out).toContain('Would serve one');
  await expect(pointer()).rejects.toThrow('ENOENT');
});

it('offers a version as an alternate and withdraws it, and says what it did', async () => {
  const { one, two, store, pointer } = await start();
  await freshcar('publish', one, '--store', store);
  await freshcar('publish', two, '--store', store);
  await freshcar('promote', 'one', '--store', store);
  const offer = async (...args: string[]) => (await freshcar('offer', ...args, '--store', store)).out;
  expect(await offer('two', '--dry-run')).toBe(`Would offer two as an alternate to one from ${store}.\n`);
  expect((await pointer()).pointer).toEqual({ version: 'one' });
  expect(await offer('two')).toBe(`${store} offers two as an alternate to one now.\n`);
  expect((await pointer()).pointer).toEqual({ version: 'one', alternates: ['two'] });
  expect(await offer('two')).toBe(`Nothing to do: ${store} offers two as an alternate to one already.\n`);
  expect(await offer('one')).toBe(`Nothing to do: ${store} serves one already, as its current model.\n`);
  expect(await offer('two', '--withdraw', '--dry-run')).toBe(
    `Would withdraw two: ${store} offers two as an alternate to one no longer.\n`,
  );
  expect(await offer('two', '--withdraw')).toBe(`${store} offers two as an alternate to one no longer.\n`);
  expect((await pointer()).pointer).toEqual({ version: 'one' });
  expect(await offer('two', '--withdraw')).toBe(`Nothing to do: ${store} neither offers two nor goes back to it.\n`);
  const current = await freshcar('offer', 'one', '--withdraw', '--store', store);
  expect(current).toMatchObject({ code: 2, err: expect.stringContaining('one is the current model of') });
});

it('withdraws what a rollback would go to, and writes who did what', async () => {
  const { one, two, store, pointer } = await start();
  for (const bundle of [one, two]) await freshcar('publish', bundle, '--store', store);
  for (const version of ['one', 'two']) await freshcar('promote', version, '--store', store);
  expect((await freshcar('withdraw', 'two', '--store', store)).code).toBe(2);
  expect((await freshcar('withdraw', 'one', '--store', store)).out).toBe(
    `${store} goes back to one no longer from two.\n`,
  );
  const { pointer: now, history } = await pointer();
  expect(now).toEqual({ version: 'two' });
  const change = { at: expect.stringMatching(/^\d{4}-\d\d-\d\dT/), by: expect.stringMatching(/^.+@.+$/) };
  expect(history).toEqual([
    { ...change, did: 'withdrew', version: 'one' },
    { ...change, did: 'promoted', version: 'two' },
    { ...change, did: 'promoted', version: 'one' },
  ]);
  expect((await freshcar('rollback', '--store', store)).code).toBe(1);
});

it.each([
  [['promote', 'none', '--store', './no-such-store'], 1, /There is no/],
  [['rollback', '--store', './no-such-store'], 1, /no version before/],
  [['offer', 'none', '--store', './no-such-store'], 1, /serves no model yet; promote one/],
  [['publish', './nowhere', '--store', './no-such-store'], 1, /No model in/],
  [['promote', 'UP', '--store', './no-such-store'], 2, /not a model version/],
  [['promote', 'one', '--store', 's3://'], 2, /names no bucket/],
  [['promote', 'one'], 2, /--store/],
])('answers %j with exit code %i and a sentence', async (args, code, message) => {
  const result = await freshcar(...args);
  expect(result.code).toBe(code);
  expect(result.err).toMatch(message);
  expect(result.err).not.toMatch(/^\s+at /m);
});

it('has a --help with examples for each command', async () => {
  for (const command of ['publish', 'promote', 'rollback', 'offer', 'withdraw', 'morph']) {
    const { code, out } = await freshcar(command, '--help');
    expect(code).toBe(0);
    expect(out).toContain(`$ freshcar ${command}`);
  }
});
