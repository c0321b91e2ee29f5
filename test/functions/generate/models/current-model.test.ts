import { describe, expect, it } from 'vitest';
import { createModelRegistry } from '../../../../functions/generate/models/model-registry.ts';
import { FreshcarError } from '../../../../model/errors.ts';
import { paintedModel, recordedLog } from '../fixtures.ts';
import { damaged, nextTurn, startRegistry } from './registry-world.ts';

describe('the first load', () => {
  it('happens once, however many wait and however many come later', async () => {
    const { world, version } = startRegistry();
    expect(await Promise.all([version(), version(), version()])).toEqual(['one', 'one', 'one']);
    await version();
    expect(world).toMatchObject({ loads: ['one'], pointerReads: 1 });
  });

  it('is forgotten when it fails, and logged once with its reason', async () => {
    const { broken, lines, version, registry } = startRegistry();
    broken.set('one', damaged);
    const attempts = await Promise.allSettled([version(), version()]);
    expect(attempts.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(lines).toEqual([
      { level: 'error', message: 'The model could not be loaded.', code: 'damaged-bundle', reason: damaged.message },
    ]);
    broken.clear();
    expect(await version()).toBe('one');
    expect(registry.counts).toMatchObject({ loads: 1, failedLoads: 1 });
  });

  it('is unavailable, not "not found", when the bundle is missing', async () => {
    const { broken, version } = startRegistry();
    broken.set('pointer', new FreshcarError('not-found', 'There is no s3://cars/models/current.json.'));
    await expect(version()).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('refuses a model that draws one colour only', async () => {
    const { log } = recordedLog();
    const { manifest, engine } = paintedModel();
    const plain = { ...engine, draw: async () => new Uint8Array(32 * 32 * 3).fill(9) };
    const source = {
      readPointer: async () => ({ pointer: { version: 'painted' }, etag: '1' }),
      readManifest: async () => manifest,
    };
    const registry = createModelRegistry({
      source,
      load: async () => ({ manifest, engine: plain }),
      log,
      now: () => 0,
    });
    await expect(registry.use(async () => 1)).rejects.toMatchObject({ code: 'damaged-bundle' });
  });
});

describe('a current model that cannot be loaded', () => {
  it('gives way to the one before it, which is counted, said in the log, and told', async () => {
    const { world, broken, lines, registry, version } = startRegistry(['large']);
    world.previous = 'zero';
    broken.set('one', damaged);
    expect(await Promise.all([version(), version()])).toEqual(['zero', 'zero']);
    expect(registry).toMatchObject({ version: 'zero', wanted: 'one' });
    expect(registry.counts).toMatchObject({ fallbacks: 1, failedLoads: 0, loads: 1 });
    expect(lines).toContainEqual({
      level: 'error',
      message: 'The current model could not be loaded; the one before it serves.',
      version: 'zero',
      wanted: 'one',
      code: 'damaged-bundle',
      reason: damaged.message,
    });
    expect(await registry.list()).toMatchObject([{ version: 'zero', current: true }, { version: 'large' }]);
  });

  it('is tried again at each look at the pointer, although that has not moved, and loudly', async () => {
    const { world, broken, lines, registry, version } = startRegistry();
    world.previous = 'zero';
    broken.set('one', damaged);
    await version();
    world.time = 1000;
    await registry.refresh();
    expect(registry.counts).toMatchObject({ refusedSwaps: 1, swaps: 0, fallbacks: 2 });
    expect(lines.at(-1)).toMatchObject({ level: 'error', version: 'zero', reason: damaged.message });
    broken.clear();
    world.time = 2000;
    await registry.refresh();
    expect(await version()).toBe('one');
    expect(registry.wanted).toBeUndefined();
    await nextTurn();
    expect(world.disposed).toEqual(['zero']);
    // A refusal that leaves the model serving which the pointer named is none.
    broken.set('two', damaged);
    Object.assign(world, { pointer: 'two', time: 3000 });
    await registry.refresh();
    expect(registry.counts).toMatchObject({ refusedSwaps: 2, fallbacks: 2 });
  });

  it('is unavailable with its own reason where the one before it cannot be loaded either', async () => {
    const { world, broken, version, lines, registry } = startRegistry();
    world.previous = 'zero';
    broken.set('one', damaged).set('zero', new FreshcarError('not-found', 'There is no zero.'));
    await expect(version()).rejects.toBe(damaged);
    expect(lines).toMatchObject([
      { level: 'error', message: 'The model could not be loaded.', reason: damaged.message },
    ]);
    expect(registry.counts).toMatchObject({ failedLoads: 1, fallbacks: 0 });
  });
});
