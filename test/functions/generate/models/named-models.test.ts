import { describe, expect, it } from 'vitest';
import { FreshcarError } from '../../../../model/errors.ts';
import { damaged, nextTurn, startRegistry } from './registry-world.ts';

describe('models by name', () => {
  it('serves another version than the current one, loaded once', async () => {
    const { world, version } = startRegistry(['two']);
    expect(await Promise.all([version(), version('two'), version('two')])).toEqual(['one', 'two', 'two']);
    expect(await version('one')).toBe('one');
    expect(world.loads.sort()).toEqual(['one', 'two']);
  });

  it('are those that the pointer names, the one before the current one too', async () => {
    const { world, version } = startRegistry(['large'], 'zero');
    for (const name of ['zero', 'one', 'large']) expect(await version(name)).toBe(name);
    expect(world.loads.sort()).toEqual(['large', 'one', 'zero']);
  });

  it('are no others, whatever the store has: a candidate, or one that was withdrawn', async () => {
    const { world, version, lines } = startRegistry(['large'], 'zero');
    const wanted = { code: 'not-found', message: 'There is no model "two".' };
    // Before the current one is loaded, and after.
    await expect(version('two')).rejects.toMatchObject(wanted);
    await version();
    await expect(version('two')).rejects.toMatchObject(wanted);
    expect(world.loads).toEqual(['one']);
    expect(world.manifestReads).not.toContain('two');
    expect(lines.filter(({ level }) => level === 'error')).toEqual([]);
  });

  it.each(['large', 'zero'])('do not have %s any more once the pointer does not name it', async (name) => {
    const { world, version } = startRegistry(['large'], 'zero');
    await version();
    expect(await version(name)).toBe(name);
    Object.assign(world, { alternates: [], previous: undefined, time: 1000 });
    // Who asks for nothing else has the pointer looked at too.
    await version(name);
    await nextTurn();
    await expect(version(name)).rejects.toMatchObject({ code: 'not-found' });
    await nextTurn();
    expect(world).toMatchObject({ disposed: [name], loads: ['one', name] });
  });

  it('have one that another copy knows already, and cost strangers who guess one look in ten seconds', async () => {
    const { world, version } = startRegistry();
    await version();
    world.alternates = ['large'];
    world.time = 9_999;
    await expect(version('large')).rejects.toMatchObject({ code: 'not-found' });
    expect(world.pointerReads).toBe(1);
    world.time = 10_000;
    expect(await Promise.all([version('large'), version('large')])).toEqual(['large', 'large']);
    world.time = 19_999;
    for (const name of ['a', 'b', 'c']) await expect(version(name)).rejects.toMatchObject({ code: 'not-found' });
    expect(world.pointerReads).toBe(2);
  });

  it('are served although the current one cannot be loaded', async () => {
    const { broken, version, world } = startRegistry(['large']);
    broken.set('one', damaged);
    await expect(version()).rejects.toBe(damaged);
    expect(await version('large')).toBe('large');
    await expect(version('one')).rejects.toBe(damaged);
    await expect(version('two')).rejects.toMatchObject({ code: 'not-found' });
    expect(world.loads).not.toContain('two');
  });

  it('cannot be had where there is no pointer, which is nothing that the visitor asked for wrongly', async () => {
    const { broken, version } = startRegistry();
    broken.set('pointer', new FreshcarError('not-found', 'There is no s3://cars/models/current.json.'));
    await expect(version('large')).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('are kept, whatever strangers ask for', async () => {
    const { world, version } = startRegistry(['large', 'large-2', 'large-3'], 'zero');
    const names = ['one', 'large', 'large-2', 'large-3', 'zero'];
    await version();
    for (const name of [...names, ...names]) expect(await version(name)).toBe(name);
    await nextTurn();
    expect(world.loads).toEqual(names);
    expect(world.disposed).toEqual([]);
  });

  it('lets those go that are withdrawn, and those that became current', async () => {
    const { world, version, registry } = startRegistry(['large', 'large-2', 'large-3', 'two']);
    await registry.loadAll();
    Object.assign(world, { alternates: ['large-3', 'two'], time: 1000 });
    await registry.refresh();
    await nextTurn();
    expect(world.disposed).toEqual(['large', 'large-2']);
    Object.assign(world, { pointer: 'two', previous: 'one', alternates: ['large-3'], time: 2000 });
    await registry.refresh();
    await nextTurn();
    expect(world.disposed).toEqual(['large', 'large-2', 'two', 'one']);
    for (const name of ['two', 'one', 'large-3']) expect(await version(name)).toBe(name);
    expect(world.loads).toEqual(['one', 'large', 'large-2', 'large-3', 'two', 'two', 'one']);
  });

  it('loads the current one once that is asked for by name before it is known to be that', async () => {
    const { world, version } = startRegistry();
    expect(await Promise.all([version(), version('one')])).toEqual(['one', 'one']);
    await nextTurn();
    expect(await version('one')).toBe('one');
    expect(world).toMatchObject({ loads: ['one'], disposed: [] });
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
    expect(world.disposed).toEqual(['large-3', 'one']);
    finish();
    await slow;
    await nextTurn();
    expect(world.disposed).toEqual(['large-3', 'one', 'large']);
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

  it('forgets that one failed once it is an alternate no longer', async () => {
    const { broken, version, registry, world } = startRegistry(['large']);
    await registry.list();
    broken.set('large', damaged);
    await registry.loadAll();
    broken.clear();
    Object.assign(world, { alternates: [], time: 1000 });
    await registry.refresh();
    expect(registry.isFailing('large')).toBe(false);
    Object.assign(world, { alternates: ['large'], time: 2000 });
    await registry.refresh();
    expect(await version('large')).toBe('large');
  });

  it('finds a version as soon as it is an alternate, though it was not there when a stranger asked', async () => {
    const { broken, version, world, registry } = startRegistry([], 'large');
    await version();
    broken.set('large', new FreshcarError('not-found', 'There is no s3://cars/models/large/manifest.json.'));
    await expect(version('large')).rejects.toMatchObject({ code: 'not-found' });
    broken.clear();
    Object.assign(world, { alternates: ['large'], time: 1000 });
    await registry.refresh();
    expect(await version('large')).toBe('large');
  });

  it('does not look again and again for the one before the current one, whose files were deleted', async () => {
    const { world, broken, version, lines } = startRegistry([], 'none');
    await version();
    broken.set('none', new FreshcarError('not-found', 'There is no s3://cars/models/none/manifest.json.'));
    for (let times = 0; times < 3; times++) {
      await expect(version('none')).rejects.toMatchObject({ code: 'not-found', message: 'There is no model "none".' });
    }
    expect(world.loads).toEqual(['one', 'none']);
    expect(lines.filter(({ level }) => level === 'error')).toEqual([]);
    broken.clear();
    world.time = 60_000;
    expect(await version('none')).toBe('none');
  });

  it('tries the one before the current one again after it could not be loaded', async () => {
    const { broken, version } = startRegistry([], 'two');
    broken.set('two', damaged);
    await expect(version('two')).rejects.toBe(damaged);
    broken.clear();
    expect(await version('two')).toBe('two');
  });
});
