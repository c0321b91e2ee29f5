import { describe, expect, it } from 'vitest';
import { damaged, startRegistry } from './registry-world.ts';

describe('what goes on behind requests', () => {
  it('gives a request that joined a load ahead of requests a try of its own', async () => {
    const { broken, registry, version, world } = startRegistry();
    broken.set('one', damaged);
    const ahead = registry.loadCurrent();
    const joined = version();
    while (world.loads.length === 0) await Promise.resolve();
    broken.clear();
    expect(await joined).toBe('one');
    await ahead;
    expect(world.loads).toEqual(['one', 'one']);
  });

  it('is over when the registry is idle: looks at the pointer, its alternates, and loads that are tried again', async () => {
    const { broken, registry, version, world } = startRegistry(['large']);
    await version();
    await registry.idle();
    expect(world.manifestReads).toEqual(['large']);
    Object.assign(world, { pointer: 'two', time: 1000 });
    expect(await version()).toBe('one');
    await registry.idle();
    expect(registry.version).toBe('two');
    broken.set('large', damaged);
    await expect(version('large')).rejects.toBe(damaged);
    broken.clear();
    world.time = 61_000;
    await registry.list();
    await registry.idle();
    expect(registry.isFailing('large')).toBe(false);
  });
});

describe('loading ahead of visitors', () => {
  it('has the current model first, then each alternate, once', async () => {
    const { registry, world, version } = startRegistry(['large', 'two']);
    await registry.loadAll();
    expect(world.loads).toEqual(['one', 'large', 'two']);
    await registry.loadAll();
    expect(await version('large')).toBe('large');
    expect(world.loads).toHaveLength(3);
  });

  it('goes on after one that cannot be loaded, and says so in the log', async () => {
    const { registry, world, broken, lines, version } = startRegistry(['large', 'two']);
    await registry.list();
    broken.set('large', damaged);
    await registry.loadAll();
    expect(world.loads).toEqual(['one', 'large', 'two']);
    expect(lines).toContainEqual(
      expect.objectContaining({ level: 'error', version: 'large', reason: damaged.message }),
    );
    expect(await version()).toBe('one');
  });

  it('never fails, not even without a current model', async () => {
    const { registry, broken, lines } = startRegistry(['large']);
    broken.set('one', damaged);
    await registry.loadAll();
    expect(lines).toMatchObject([{ level: 'error', reason: damaged.message }]);
  });
});
