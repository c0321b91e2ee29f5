import { describe, expect, it } from 'vitest';
import { createModelRegistry } from '../../../../functions/generate/models/model-registry.ts';
import { FreshcarError } from '../../../../model/errors.ts';
import { paintedModel, recordedLog } from '../fixtures.ts';

/** A keeper over a store that exists in memory: a pointer, and versions that load, break or are missing. */
function start(beside: readonly string[] = []) {
  const { log, lines } = recordedLog();
  const world = {
    pointer: 'one',
    previous: undefined as string | undefined,
    beside,
    time: 0,
    loads: [] as string[],
    pointerReads: 0,
    manifestReads: [] as string[],
    disposed: [] as string[],
  };
  const broken = new Map<string, FreshcarError>();
  const source = {
    readPointer: async (knownEtag?: string) => {
      world.pointerReads += 1;
      const failure = broken.get('pointer');
      if (failure) throw failure;
      const { pointer: version, previous, beside } = world;
      const etag = [version, ...beside].join();
      return etag === knownEtag ? undefined : { pointer: { version, ...(previous && { previous }), beside }, etag };
    },
    readManifest: async (version: string) => {
      world.manifestReads.push(version);
      const failure = broken.get(version);
      if (failure) throw failure;
      return paintedModel(version, version.startsWith('large') ? 64 : 32).manifest;
    },
  };
  const load = async (version: string) => {
    world.loads.push(version);
    const failure = broken.get(version);
    if (failure) throw failure;
    const model = paintedModel(version, version.startsWith('large') ? 64 : 32);
    return { ...model, engine: { ...model.engine, dispose: async () => void world.disposed.push(version) } };
  };
  const keeper = createModelRegistry({ source, load, log, now: () => world.time, checkEvery: 1000 });
  const version = (name?: string) => keeper.use(async ({ manifest }) => manifest.version, name);
  return { keeper, world, broken, lines, version };
}

const damaged = new FreshcarError('damaged-bundle', 's3://cars/models/two/generator.onnx has 3 bytes instead of 5.');
const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

describe('the first load', () => {
  it('happens once, however many wait and however many come later', async () => {
    const { world, version } = start();
    expect(await Promise.all([version(), version(), version()])).toEqual(['one', 'one', 'one']);
    await version();
    expect(world).toMatchObject({ loads: ['one'], pointerReads: 1 });
  });

  it('is forgotten when it fails, and logged once with its reason', async () => {
    const { broken, lines, version, keeper } = start();
    broken.set('one', damaged);
    const attempts = await Promise.allSettled([version(), version()]);
    expect(attempts.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(lines).toEqual([
      { level: 'error', message: 'The model could not be loaded.', code: 'damaged-bundle', reason: damaged.message },
    ]);
    broken.clear();
    expect(await version()).toBe('one');
    expect(keeper.counts).toMatchObject({ loads: 1, failedLoads: 1 });
  });

  it('is unavailable, not "not found", when the bundle is missing', async () => {
    const { broken, version } = start();
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
    const keeper = createModelRegistry({ source, load: async () => ({ manifest, engine: plain }), log, now: () => 0 });
    await expect(keeper.use(async () => 1)).rejects.toMatchObject({ code: 'damaged-bundle' });
  });
});

describe('a current model that cannot be loaded', () => {
  it('gives way to the one before it, which is counted, said in the log, and told', async () => {
    const { world, broken, lines, keeper, version } = start(['large']);
    world.previous = 'zero';
    broken.set('one', damaged);
    expect(await Promise.all([version(), version()])).toEqual(['zero', 'zero']);
    expect(keeper).toMatchObject({ version: 'zero', wanted: 'one' });
    expect(keeper.counts).toMatchObject({ fallbacks: 1, failedLoads: 0, loads: 1 });
    expect(lines).toContainEqual({
      level: 'error',
      message: 'The current model could not be loaded; the one before it serves.',
      version: 'zero',
      wanted: 'one',
      code: 'damaged-bundle',
      reason: damaged.message,
    });
    expect(await keeper.list()).toMatchObject([{ version: 'zero', current: true }, { version: 'large' }]);
  });

  it('is tried again at each look at the pointer, although that has not moved, and loudly', async () => {
    const { world, broken, lines, keeper, version } = start();
    world.previous = 'zero';
    broken.set('one', damaged);
    await version();
    world.time = 1000;
    await keeper.refresh();
    expect(keeper.counts).toMatchObject({ refusedSwaps: 1, swaps: 0 });
    expect(lines.at(-1)).toMatchObject({ level: 'error', version: 'zero', reason: damaged.message });
    broken.clear();
    world.time = 2000;
    await keeper.refresh();
    expect(await version()).toBe('one');
    expect(keeper.wanted).toBeUndefined();
    await nextTurn();
    expect(world.disposed).toEqual(['zero']);
  });

  it('is unavailable with its own reason where the one before it cannot be loaded either', async () => {
    const { world, broken, version, lines, keeper } = start();
    world.previous = 'zero';
    broken.set('one', damaged).set('zero', new FreshcarError('not-found', 'There is no zero.'));
    await expect(version()).rejects.toBe(damaged);
    expect(lines).toMatchObject([
      { level: 'error', message: 'The model could not be loaded.', reason: damaged.message },
    ]);
    expect(keeper.counts).toMatchObject({ failedLoads: 1, fallbacks: 0 });
  });
});

describe('what goes on beside requests', () => {
  it('gives a request that joined a load ahead of requests a try of its own', async () => {
    const { broken, keeper, version, world } = start();
    broken.set('one', damaged);
    const ahead = keeper.loadCurrent();
    const joined = version();
    while (world.loads.length === 0) await Promise.resolve();
    broken.clear();
    expect(await joined).toBe('one');
    await ahead;
    expect(world.loads).toEqual(['one', 'one']);
  });

  it('is over when the registry is idle: looks at the pointer, what is beside it, and loads that are tried again', async () => {
    const { broken, keeper, version, world } = start(['large']);
    await version();
    await keeper.idle();
    expect(world.manifestReads).toEqual(['large']);
    Object.assign(world, { pointer: 'two', time: 1000 });
    expect(await version()).toBe('one');
    await keeper.idle();
    expect(keeper.version).toBe('two');
    broken.set('large', damaged);
    await expect(version('large')).rejects.toBe(damaged);
    broken.clear();
    world.time = 61_000;
    await keeper.list();
    await keeper.idle();
    expect(keeper.isFailing('large')).toBe(false);
  });
});

describe('following the pointer', () => {
  it('looks only when it is due, and never makes a request wait', async () => {
    const { world, version } = start();
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
    const { world, keeper, version } = start();
    let finish = () => {};
    const slow = keeper.use(() => new Promise<void>((resolve) => (finish = resolve)));
    await nextTurn();
    Object.assign(world, { pointer: 'two', time: 1000 });
    await keeper.refresh();
    expect(await version()).toBe('two');
    await nextTurn();
    expect(world.disposed).toEqual([]);
    finish();
    await slow;
    await nextTurn();
    expect(world.disposed).toEqual(['one']);
  });

  it('refuses a broken version, counts it, keeps the old one serving, and follows once it is mended', async () => {
    const { world, broken, lines, keeper, version } = start();
    await version();
    Object.assign(world, { pointer: 'two', time: 1000 });
    broken.set('two', damaged);
    await keeper.refresh();
    expect(await version()).toBe('one');
    expect(keeper.counts).toMatchObject({ refusedSwaps: 1, swaps: 0 });
    expect(lines.at(-1)).toMatchObject({ level: 'error', version: 'one', reason: damaged.message });
    broken.clear();
    world.time = 2000;
    await keeper.refresh();
    expect(await version()).toBe('two');
  });

  it('goes back by the same road', async () => {
    const { world, keeper, version } = start();
    await version();
    for (const [time, pointer] of [
      [1000, 'two'],
      [2000, 'one'],
    ] as const) {
      Object.assign(world, { time, pointer });
      await keeper.refresh();
      expect(await version()).toBe(pointer);
    }
    expect(keeper.counts.swaps).toBe(2);
  });

  it('keeps serving when the pointer cannot be read', async () => {
    const { world, broken, keeper, version } = start();
    await version();
    broken.set('pointer', new FreshcarError('unavailable', 'S3 is down.'));
    world.time = 1000;
    await keeper.refresh();
    expect(await version()).toBe('one');
  });
});

describe('the list of models', () => {
  const current = { version: 'one', imageSize: 32, current: true };
  const large = { version: 'large', imageSize: 64, current: false };
  const two = { version: 'two', imageSize: 32, current: false };

  it('is the current one where none is offered beside it, and costs no further look into the store', async () => {
    const { keeper, world } = start();
    expect(await keeper.list()).toEqual([current]);
    expect(world).toMatchObject({ pointerReads: 1, manifestReads: [], loads: ['one'] });
  });

  it('begins with the current one and goes on in the order of the pointer, each manifest read once', async () => {
    const { keeper, world } = start(['two', 'large']);
    expect(await Promise.all([keeper.list(), keeper.list()])).toEqual([
      [current, two, large],
      [current, two, large],
    ]);
    world.time = 1000;
    await keeper.refresh();
    await keeper.list();
    expect(world).toMatchObject({ pointerReads: 2, manifestReads: ['two', 'large'], loads: ['one'] });
  });

  it('follows the pointer, while the same model keeps serving', async () => {
    const { keeper, world, lines } = start();
    await keeper.list();
    Object.assign(world, { beside: ['large'], time: 1000 });
    expect(await keeper.list()).toEqual([current]);
    await nextTurn();
    expect(await keeper.list()).toEqual([current, large]);
    Object.assign(world, { beside: ['large', 'two'], time: 2000 });
    await keeper.refresh();
    expect(await keeper.list()).toEqual([current, large, two]);
    Object.assign(world, { beside: [], time: 3000 });
    await keeper.refresh();
    expect(await keeper.list()).toEqual([current]);
    expect(world.loads).toEqual(['one']);
    expect(world.manifestReads.filter((version) => version === 'large')).toHaveLength(1);
    expect(keeper.counts).toMatchObject({ loads: 1, swaps: 0, refusedSwaps: 0 });
    expect(lines.at(-1)).toMatchObject({ level: 'info', beside: [] });
  });

  it('follows the pointer to another model too', async () => {
    const { keeper, world } = start(['large', 'two']);
    await keeper.list();
    Object.assign(world, { pointer: 'large', beside: ['two'], time: 1000 });
    await keeper.refresh();
    expect(await keeper.list()).toEqual([{ ...large, current: true }, two]);
    expect(world.manifestReads).toEqual(['large', 'two']);
  });

  it('leaves out what cannot be read, says so in the log, and tries again at the next look', async () => {
    const { keeper, broken, lines, version, world } = start(['large', 'two']);
    broken.set('large', damaged);
    expect(await keeper.list()).toEqual([current, two]);
    expect(await version()).toBe('one');
    expect(lines).toContainEqual({
      level: 'error',
      message: 'A model beside the current one is left out.',
      version: 'large',
      code: 'damaged-bundle',
      reason: damaged.message,
    });
    broken.clear();
    expect(await keeper.list()).toEqual([current, two]);
    world.time = 1000;
    await keeper.refresh();
    expect(await keeper.list()).toEqual([current, large, two]);
  });

  it('keeps nobody waiting who asks for a car', async () => {
    const { log } = recordedLog();
    const source = {
      readPointer: async () => ({ pointer: { version: 'painted', beside: ['large'] }, etag: '1' }),
      readManifest: () => new Promise<never>(() => undefined),
    };
    const keeper = createModelRegistry({ source, load: async () => paintedModel(), log, now: () => 0 });
    expect(await keeper.use(async ({ manifest }) => manifest.version)).toBe('painted');
  });

  it('cannot be had without the current model', async () => {
    const { keeper, broken } = start(['large']);
    broken.set('one', damaged);
    await expect(keeper.list()).rejects.toMatchObject({ code: 'damaged-bundle' });
    broken.clear();
    expect(await keeper.list()).toEqual([current, large]);
  });
});

describe('loading ahead of visitors', () => {
  it('has the current model first, then each beside it, once', async () => {
    const { keeper, world, version } = start(['large', 'two']);
    await keeper.loadAll();
    expect(world.loads).toEqual(['one', 'large', 'two']);
    await keeper.loadAll();
    expect(await version('large')).toBe('large');
    expect(world.loads).toHaveLength(3);
  });

  it('goes on after one that cannot be loaded, and says so in the log', async () => {
    const { keeper, world, broken, lines, version } = start(['large', 'two']);
    await keeper.list();
    broken.set('large', damaged);
    await keeper.loadAll();
    expect(world.loads).toEqual(['one', 'large', 'two']);
    expect(lines).toContainEqual(
      expect.objectContaining({ level: 'error', version: 'large', reason: damaged.message }),
    );
    expect(await version()).toBe('one');
  });

  it('never fails, not even without a current model', async () => {
    const { keeper, broken, lines } = start(['large']);
    broken.set('one', damaged);
    await keeper.loadAll();
    expect(lines).toMatchObject([{ level: 'error', reason: damaged.message }]);
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
  const keeper = createModelRegistry({ source, load, log, now: () => world.time, checkEvery: 1000 });
  await keeper.refresh();
  const kid = () => keeper.use(async ({ manifest }) => manifest.scores.kid);
  expect(await kid()).toBe(1);
  Object.assign(world, { export: 2, time: 1000 });
  await keeper.refresh();
  expect(await kid()).toBe(2);
  expect(keeper.counts.swaps).toBe(1);
});

describe('models by name', () => {
  it('serves another version beside the current one, loaded once', async () => {
    const { world, version } = start();
    expect(await Promise.all([version(), version('two'), version('two')])).toEqual(['one', 'two', 'two']);
    expect(await version('one')).toBe('one');
    expect(world.loads.sort()).toEqual(['one', 'two']);
  });

  it('keeps two of them, and disposes of the one that was not used for longest', async () => {
    const { world, version } = start();
    for (const name of ['two', 'three', 'two', 'four']) await version(name);
    await nextTurn();
    expect(world.disposed).toEqual(['three']);
    await version('two');
    expect(world.loads).toEqual(['two', 'three', 'four']);
  });

  it('keeps those that are offered beside the current one, whatever strangers ask for', async () => {
    const { world, version } = start(['large', 'large-2', 'large-3']);
    await version();
    for (const name of ['large', 'large-2', 'large-3', 'two', 'three', 'four', 'five']) await version(name);
    await nextTurn();
    expect(world.disposed).toEqual(['two', 'three']);
    for (const name of ['large', 'large-2', 'large-3']) await version(name);
    expect(world.loads).toEqual(['one', 'large', 'large-2', 'large-3', 'two', 'three', 'four', 'five']);
  });

  it('lets those go that are offered no longer, once others are asked for', async () => {
    const { world, version, keeper } = start(['large', 'large-2', 'large-3']);
    await keeper.loadAll();
    Object.assign(world, { beside: ['large-3'], time: 1000 });
    await keeper.refresh();
    await version('two');
    await nextTurn();
    expect(world.disposed).toEqual(['large']);
  });

  it('lets those go that are withdrawn, but for two as for any stranger, and those that became current', async () => {
    const { world, version, keeper } = start(['large', 'large-2', 'large-3', 'two']);
    await keeper.loadAll();
    Object.assign(world, { beside: ['two'], time: 1000 });
    await keeper.refresh();
    await nextTurn();
    expect(world.disposed).toEqual(['large']);
    Object.assign(world, { pointer: 'two', beside: ['large-3'], time: 2000 });
    await keeper.refresh();
    await nextTurn();
    expect(world.disposed).toEqual(['large', 'two', 'one']);
    for (const name of ['two', 'large-2', 'large-3']) expect(await version(name)).toBe(name);
    expect(world.loads).toEqual(['one', 'large', 'large-2', 'large-3', 'two', 'two']);
  });

  it('lets the current one go that was asked for by name before it was known to be that', async () => {
    const { world, version } = start();
    expect(await Promise.all([version(), version('one')])).toEqual(['one', 'one']);
    await nextTurn();
    expect(world.disposed).toEqual(world.loads.slice(1));
    expect(await version('one')).toBe('one');
  });

  it('uses one to the end that was withdrawn meanwhile', async () => {
    const { world, keeper } = start(['large', 'large-2', 'large-3']);
    await keeper.loadAll();
    let finish = () => {};
    const slow = keeper.use(() => new Promise<void>((resolve) => (finish = resolve)), 'large');
    await nextTurn();
    Object.assign(world, { beside: ['large-2'], pointer: 'large', time: 1000 });
    await keeper.refresh();
    await nextTurn();
    expect(world.disposed).toEqual(['one']);
    finish();
    await slow;
    await nextTurn();
    expect(world.disposed).toEqual(['one', 'large']);
  });

  it('is unavailable, not "not found", where a model that is offered is missing, and logged', async () => {
    const { broken, version, lines, keeper, world } = start(['large']);
    await keeper.list();
    broken.set('large', new FreshcarError('not-found', 'There is no s3://cars/models/large/generator.onnx.'));
    await expect(version('large')).rejects.toMatchObject({ code: 'unavailable' });
    expect(lines.at(-1)).toMatchObject({ level: 'error', version: 'large', code: 'not-found' });
    broken.clear();
    world.time = 60_000;
    expect(await version('large')).toBe('large');
  });

  it('remembers for a minute that an offered one could not be loaded, and tells why without another load', async () => {
    const { broken, version, lines, keeper, world } = start(['large']);
    await keeper.list();
    expect(keeper.isFailing('large')).toBe(false);
    broken.set('large', damaged);
    for (const time of [0, 1, 59_999]) {
      world.time = time;
      await expect(version('large')).rejects.toBe(damaged);
    }
    expect(world.loads).toEqual(['one', 'large']);
    expect(lines.filter(({ level }) => level === 'error')).toEqual([
      {
        level: 'error',
        message: 'A model beside the current one could not be loaded.',
        version: 'large',
        code: 'damaged-bundle',
        reason: damaged.message,
      },
    ]);
    world.time = 60_000;
    await expect(version('large')).rejects.toBe(damaged);
    expect(world.loads).toEqual(['one', 'large', 'large']);
    expect(keeper.isFailing('large')).toBe(true);
  });

  it('knows one to fail until it is loaded, and tries again itself when somebody asks what there is', async () => {
    const { broken, version, keeper, world } = start(['large']);
    await keeper.list();
    broken.set('large', damaged);
    await keeper.loadAll();
    broken.clear();
    await keeper.list();
    expect(world.loads).toEqual(['one', 'large']);
    world.time = 60_000;
    expect(keeper.isFailing('large')).toBe(true);
    await keeper.list();
    await nextTurn();
    expect(keeper.isFailing('large')).toBe(false);
    expect(await version('large')).toBe('large');
    expect(world.loads).toEqual(['one', 'large', 'large']);
  });

  it('forgets that one failed once it is offered no longer', async () => {
    const { broken, version, keeper, world } = start(['large']);
    await keeper.list();
    broken.set('large', damaged);
    await keeper.loadAll();
    broken.clear();
    Object.assign(world, { beside: [], time: 1000 });
    await keeper.refresh();
    expect(keeper.isFailing('large')).toBe(false);
    expect(await version('large')).toBe('large');
  });

  it('finds a version as soon as it is offered, though it was not there when a stranger asked', async () => {
    const { broken, version, world, keeper } = start();
    await version();
    broken.set('large', new FreshcarError('not-found', 'There is no s3://cars/models/large/manifest.json.'));
    await expect(version('large')).rejects.toMatchObject({ code: 'not-found' });
    broken.clear();
    Object.assign(world, { beside: ['large'], time: 1000 });
    await keeper.refresh();
    expect(await version('large')).toBe('large');
  });

  it('does not look for the same unknown version again and again', async () => {
    const { world, broken, version, lines } = start();
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
    const { broken, version } = start();
    broken.set('two', damaged);
    await expect(version('two')).rejects.toBe(damaged);
    broken.clear();
    expect(await version('two')).toBe('two');
  });
});
