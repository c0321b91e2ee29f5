import { describe, expect, it } from 'vitest';
import { createModelRegistry } from '../../../../functions/generate/models/model-registry.ts';
import { FreshcarError } from '../../../../model/errors.ts';
import { paintedModel, recordedLog } from '../fixtures.ts';
import { damaged, nextTurn, startRegistry } from './registry-world.ts';

describe('following the pointer', () => {
  it('looks only when it is due, and never makes a request wait', async () => {
    const { world, version } = startRegistry();
    await version();
    world.pointer = 'two';
    world.time = 999;
    expect(await version()).toBe('one');
    expect(world.pointerReads).toBe(1);
    world.time = 1000;
    expect(await version()).toBe('one');
    await nextTurn();
    expect(await version()).toBe('two');
    expect(world).toMatchObject({ loads: ['one', 'two'], pointerReads: 2 });
  });

  it('disposes of the old model when its last request is done', async () => {
    const { world, registry, version } = startRegistry();
    let finish = () => {};
    const slow = registry.use(() => new Promise<void>((resolve) => (finish = resolve)));
    await nextTurn();
    Object.assign(world, { pointer: 'two', time: 1000 });
    await registry.refresh();
    expect(await version()).toBe('two');
    await nextTurn();
    expect(world.disposed).toEqual([]);
    finish();
    await slow;
    await nextTurn();
    expect(world.disposed).toEqual(['one']);
  });

  it('refuses a broken version, counts it, keeps the old one serving, and follows once it is mended', async () => {
    const { world, broken, lines, registry, version } = startRegistry();
    await version();
    Object.assign(world, { pointer: 'two', time: 1000 });
    broken.set('two', damaged);
    await registry.refresh();
    expect(await version()).toBe('one');
    expect(registry.counts).toMatchObject({ refusedSwaps: 1, swaps: 0 });
    expect(lines.at(-1)).toMatchObject({ level: 'error', version: 'one', reason: damaged.message });
    broken.clear();
    world.time = 2000;
    await registry.refresh();
    expect(await version()).toBe('two');
  });

  it('goes back by the same road', async () => {
    const { world, registry, version } = startRegistry();
    await version();
    for (const [time, pointer] of [
      [1000, 'two'],
      [2000, 'one'],
    ] as const) {
      Object.assign(world, { time, pointer });
      await registry.refresh();
      expect(await version()).toBe(pointer);
    }
    expect(registry.counts.swaps).toBe(2);
  });

  it('keeps serving when the pointer cannot be read', async () => {
    const { world, broken, registry, version } = startRegistry();
    await version();
    broken.set('pointer', new FreshcarError('unavailable', 'S3 is down.'));
    world.time = 1000;
    await registry.refresh();
    expect(await version()).toBe('one');
  });
});

it('takes on a run’s next export under the same version', async () => {
  const { log } = recordedLog();
  const world = { export: 1, time: 0 };
  const manifestOf = (scores: Record<string, number>) => ({ ...paintedModel('run-7').manifest, scores });
  const source = {
    readPointer: async () => ({ pointer: { version: 'run-7' }, etag: String(world.export) }),
    readManifest: async () => manifestOf({ kid: world.export }),
  };
  const load = async () => ({ ...paintedModel('run-7'), manifest: manifestOf({ kid: world.export }) });
  const registry = createModelRegistry({ source, load, log, now: () => world.time, checkEvery: 1000 });
  await registry.refresh();
  const kid = () => registry.use(async ({ manifest }) => manifest.scores.kid);
  expect(await kid()).toBe(1);
  Object.assign(world, { export: 2, time: 1000 });
  await registry.refresh();
  expect(await kid()).toBe(2);
  expect(registry.counts.swaps).toBe(1);
});
