import { describe, expect, it } from 'vitest';
import { createModelRegistry } from '../../../../functions/generate/models/model-registry.ts';
import { paintedModel, recordedLog } from '../fixtures.ts';
import { damaged, nextTurn, startRegistry } from './registry-world.ts';

describe('the list of models', () => {
  const current = { version: 'one', imageSize: 32, current: true };
  const large = { version: 'large', imageSize: 64, current: false };
  const two = { version: 'two', imageSize: 32, current: false };

  it('is the current one where it has no alternates, and costs no further look into the store', async () => {
    const { registry, world } = startRegistry();
    expect(await registry.list()).toEqual([current]);
    expect(world).toMatchObject({ pointerReads: 1, manifestReads: [], loads: ['one'] });
  });

  it('begins with the current one and goes on in the order of the pointer, each manifest read once', async () => {
    const { registry, world } = startRegistry(['two', 'large']);
    expect(await Promise.all([registry.list(), registry.list()])).toEqual([
      [current, two, large],
      [current, two, large],
    ]);
    world.time = 1000;
    await registry.refresh();
    await registry.list();
    expect(world).toMatchObject({ pointerReads: 2, manifestReads: ['two', 'large'], loads: ['one'] });
  });

  it('follows the pointer, while the same model keeps serving', async () => {
    const { registry, world, lines } = startRegistry();
    await registry.list();
    Object.assign(world, { alternates: ['large'], time: 1000 });
    expect(await registry.list()).toEqual([current]);
    await nextTurn();
    expect(await registry.list()).toEqual([current, large]);
    Object.assign(world, { alternates: ['large', 'two'], time: 2000 });
    await registry.refresh();
    expect(await registry.list()).toEqual([current, large, two]);
    Object.assign(world, { alternates: [], time: 3000 });
    await registry.refresh();
    expect(await registry.list()).toEqual([current]);
    expect(world.loads).toEqual(['one']);
    expect(world.manifestReads.filter((version) => version === 'large')).toHaveLength(1);
    expect(registry.counts).toMatchObject({ loads: 1, swaps: 0, refusedSwaps: 0 });
    expect(lines.at(-1)).toMatchObject({ level: 'info', alternates: [] });
  });

  it('follows the pointer to another model too', async () => {
    const { registry, world } = startRegistry(['large', 'two']);
    await registry.list();
    Object.assign(world, { pointer: 'large', alternates: ['two'], time: 1000 });
    await registry.refresh();
    expect(await registry.list()).toEqual([{ ...large, current: true }, two]);
    expect(world.manifestReads).toEqual(['large', 'two']);
  });

  it('leaves out what cannot be read, says so in the log, and tries again at the next look', async () => {
    const { registry, broken, lines, version, world } = startRegistry(['large', 'two']);
    broken.set('large', damaged);
    expect(await registry.list()).toEqual([current, two]);
    expect(await version()).toBe('one');
    expect(lines).toContainEqual({
      level: 'error',
      message: 'An alternate model is left out.',
      version: 'large',
      code: 'damaged-bundle',
      reason: damaged.message,
    });
    broken.clear();
    expect(await registry.list()).toEqual([current, two]);
    world.time = 1000;
    await registry.refresh();
    expect(await registry.list()).toEqual([current, large, two]);
  });

  it('keeps nobody waiting who asks for a car', async () => {
    const { log } = recordedLog();
    const source = {
      readPointer: async () => ({ pointer: { version: 'painted', alternates: ['large'] }, etag: '1' }),
      readManifest: () => new Promise<never>(() => undefined),
    };
    const registry = createModelRegistry({ source, load: async () => paintedModel(), log, now: () => 0 });
    expect(await registry.use(async ({ manifest }) => manifest.version)).toBe('painted');
  });

  it('cannot be had without the current model', async () => {
    const { registry, broken } = startRegistry(['large']);
    broken.set('one', damaged);
    await expect(registry.list()).rejects.toMatchObject({ code: 'damaged-bundle' });
    broken.clear();
    expect(await registry.list()).toEqual([current, large]);
  });
});
