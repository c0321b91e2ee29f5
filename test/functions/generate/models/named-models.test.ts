import { describe, expect, it } from 'vitest';
import { FreshcarError } from '../../../../model/errors.ts';
import { damaged, nextTurn, startRegistry } from './registry-world.ts';

describe('models by name', () => {
  it('serves another version than the current one, loaded once', async () => {
    const { world, version } = startRegistry();
    expect(await Promise.all([version(), version('two'), version('two')])).toEqual(['one', 'two', 'two']);
    expect(await version('one')).toBe('one');
    expect(world.loads.sort()).toEqual(['one', 'two']);
  });

  it('keeps two of them, and disposes of the one that was not used for longest', async () => {
    const { world, version } = startRegistry();
    for (const name of ['two', 'three', 'two', 'four']) await version(name);
    await nextTurn();
    expect(world.disposed).toEqual(['three']);
    await version('two');
    expect(world.loads).toEqual(['two', 'three', 'four']);
  });

  it('keeps alternates, whatever strangers ask for', async () => {
    const { world, version } = startRegistry(['large', 'large-2', 'large-3']);
    await version();
    for (const name of ['large', 'large-2', 'large-3', 'two', 'three', 'four', 'five']) await version(name);
    await nextTurn();
    expect(world.disposed).toEqual(['two', 'three']);
    for (const name of ['large', 'large-2', 'large-3']) await version(name);
    expect(world.loads).toEqual(['one', 'large', 'large-2', 'large-3', 'two', 'three', 'four', 'five']);
  });

  it('lets those go that are alternates no longer, once others are asked for', async () => {
    const { world, version, registry } = startRegistry(['large', 'large-2', 'large-3']);
    await registry.loadAll();
    Object.assign(world, { alternates: ['large-3'], time: 1000 });
    await registry.refresh();
    await version('two');
    await nextTurn();
    expect(world.disposed).toEqual(['large']);
  });

  it('lets those go that are withdrawn, but for two as for any stranger, and those that became current', async () => {
    const { world, version, registry } = startRegistry(['large', 'large-2', 'large-3', 'two']);
    await registry.loadAll();
    Object.assign(world, { alternates: ['two'], time: 1000 });
    await registry.refresh();
    await nextTurn();
    expect(world.disposed).toEqual(['large']);
    Object.assign(world, { pointer: 'two', alternates: ['large-3'], time: 2000 });
    await registry.refresh();
    await nextTurn();
    expect(world.disposed).toEqual(['large', 'two', 'one']);
    for (const name of ['two', 'large-2', 'large-3']) expect(await version(name)).toBe(name);
    expect(world.loads).toEqual(['one', 'large', 'large-2', 'large-3', 'two', 'two']);
  });

  it('lets the current one go that was asked for by name before it was known to be that', async () => {
    const { world, version } = startRegistry();
    expect(await Promise.all([version(), version('one')])).toEqual(['one', 'one']);
    await nextTurn();
    expect(world.disposed).toEqual(world.loads.slice(1));
    expect(await version('one')).toBe('one');
  });

  it('uses one to the end that was withdrawn meanwhile', async () => {
    const { world, registry } = startRegistry(['large', 'large-2', 'large-3']);
    await registry.loadAll();
    let finish = () => {};
    const slow = registry.use(() => new Promise<void>((resolve) => (finish = resolve)), 'large');
    await nextTurn();
    Object.assign(world, { alternates: ['large-2'], pointer: 'large', time: 1000 });
    await registry.refresh();
    await nextTurn();
    expect(world.disposed).toEqual(['one']);
    finish();
    await slow;
    await nextTurn();
    expect(world.disposed).toEqual(['one', 'large']);
  });

  it('is unavailable, not "not found", where an alternate is missing, and logged', async () => {
    const { broken, version, lines, registry, world } = startRegistry(['large']);
    await registry.list();
    broken.set('large', new FreshcarError('not-found', 'There is no s3://cars/models/large/generator.onnx.'));
    await expect(version('large')).rejects.toMatchObject({ code: 'unavailable' });
    expect(lines.at(-1)).toMatchObject({ level: 'error', version: 'large', code: 'not-found' });
    broken.clear();
    world.time = 60_000;
    expect(await version('large')).toBe('large');
  });

  it('remembers for a minute that an alternate could not be loaded, and tells why without another load', async () => {
    const { broken, version, lines, registry, world } = startRegistry(['large']);
    await registry.list();
    expect(registry.isFailing('large')).toBe(false);
    broken.set('large', damaged);
    for (const time of [0, 1, 59_999]) {
      world.time = time;
      await expect(version('large')).rejects.toBe(damaged);
    }
    expect(world.loads).toEqual(['one', 'large']);
    expect(lines.filter(({ level }) => level === 'error')).toEqual([
      {
        level: 'error',
        message: 'An alternate model could not be loaded.',
        version: 'large',
        code: 'damaged-bundle',
        reason: damaged.message,
      },
    ]);
    world.time = 60_000;
    await expect(version('large')).rejects.toBe(damaged);
    expect(world.loads).toEqual(['one', 'large', 'large']);
    expect(registry.isFailing('large')).toBe(true);
  });

  it('knows one to fail until it is loaded, and tries again itself when somebody asks what there is', async () => {
    const { broken, version, registry, world } = startRegistry(['large']);
    await registry.list();
    broken.set('large', damaged);
    await registry.loadAll();
    broken.clear();
    await registry.list();
    expect(world.loads).toEqual(['one', 'large']);
    world.time = 60_000;
    expect(registry.isFailing('large')).toBe(true);
    await registry.list();
    await nextTurn();
    expect(registry.isFailing('large')).toBe(false);
    expect(await version('large')).toBe('large');
    expect(world.loads).toEqual(['one', 'large', 'large']);
  });

  it('forgets that one failed once it is no alternate any more', async () => {
    const { broken, version, registry, world } = startRegistry(['large']);
    await registry.list();
    broken.set('large', damaged);
    await registry.loadAll();
    broken.clear();
    Object.assign(world, { alternates: [], time: 1000 });
    await registry.refresh();
    expect(registry.isFailing('large')).toBe(false);
    expect(await version('large')).toBe('large');
  });

  it('finds a version as soon as it is an alternate, though it was not there when a stranger asked', async () => {
    const { broken, version, world, registry } = startRegistry();
    await version();
    broken.set('large', new FreshcarError('not-found', 'There is no s3://cars/models/large/manifest.json.'));
    await expect(version('large')).rejects.toMatchObject({ code: 'not-found' });
    broken.clear();
    Object.assign(world, { alternates: ['large'], time: 1000 });
    await registry.refresh();
    expect(await version('large')).toBe('large');
  });

  it('does not look for the same unknown version again and again', async () => {
    const { world, broken, version, lines } = startRegistry();
    broken.set('none', new FreshcarError('not-found', 'There is no s3://cars/models/none/manifest.json.'));
    for (let times = 0; times < 3; times++) {
      await expect(version('none')).rejects.toMatchObject({ code: 'not-found', message: 'There is no model "none".' });
    }
    expect(world.loads).toEqual(['none']);
    expect(lines).toEqual([]);
    broken.clear();
    world.time = 60_000;
    expect(await version('none')).toBe('none');
  });

  it('tries again after a version could not be loaded', async () => {
    const { broken, version } = startRegistry();
    broken.set('two', damaged);
    await expect(version('two')).rejects.toBe(damaged);
    broken.clear();
    expect(await version('two')).toBe('two');
  });
});
