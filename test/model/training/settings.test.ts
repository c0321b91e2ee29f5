import { describe, expect, it } from 'vitest';
import { presets } from '../../../model/training/config.ts';
import { defaultOf, resolveConfig, settings } from '../../../model/training/settings.ts';

describe('the settings of a run', () => {
  it.each([
    ['fresh', undefined, 'bfloat16'],
    ['fresh', 'float32', 'float32'],
    ['seed', undefined, 'float32'],
    ['seed', 'auto', 'bfloat16'],
    ['seed', 'bfloat16', 'bfloat16'],
  ] as const)('preset %s with precision %s computes in %s where that is faster', (preset, precision, expected) => {
    const values = precision === undefined ? {} : { precision };
    expect(resolveConfig({ preset, values, fastest: 'bfloat16' }).precision).toBe(expected);
    expect(resolveConfig({ preset, values }).precision).toBe(precision === 'bfloat16' ? 'bfloat16' : 'float32');
  });

  it('say which precisions there are', () => {
    expect(() => resolveConfig({ preset: 'seed', values: { precision: 'half' } })).toThrow(
      'precision: float32, bfloat16 or auto',
    );
  });

  it('come from the preset, overridden by a file, overridden by flags', () => {
    const config = resolveConfig({
      preset: 'fresh',
      file: { batchSize: 32, augment: { brightness: 0.25 }, epochs: 10 },
      values: { 'batch-size': '16', 'real-label': '0.8', mirror: 'false' },
    });
    expect(config).toMatchObject({ batchSize: 16, epochs: 10, labels: { real: 0.8 }, mirror: false });
    expect(config.augment).toMatchObject({ brightness: 0.25, translation: 0.125 });
  });

  it.each(['seed', 'fresh'] as const)('change the rates of the optimizers that preset %s has', (preset) => {
    const values = { 'generator-rate': '0.0001', 'discriminator-rate': '0.0003' };
    expect(resolveConfig({ preset, values })).toMatchObject({
      generatorOptimizer: { kind: 'adam', rate: 1e-4, beta1: 0.5 },
      discriminatorOptimizer: { kind: 'adam', rate: 3e-4, beta1: 0.5 },
    });
  });

  it("keeps the seed's recipe to the letter in its preset", () => {
    expect(resolveConfig({ preset: 'seed' })).toMatchObject({
      batchSize: 64,
      loss: 'cross-entropy',
      labels: { real: 1, flipRate: 0 },
      generatorOptimizer: { kind: 'adam', rate: 2e-4, beta1: 0.5 },
      discriminatorOptimizer: { kind: 'adam', rate: 2e-4, beta1: 0.5 },
      discriminatorUpdates: 'separate',
      average: 0,
      mirror: false,
    });
  });

  it('show the best recipe found in batches of 32, which were worth most of all that was tried', () => {
    expect(resolveConfig({ preset: 'fresh' })).toMatchObject({ batchSize: 32, average: 0.999, mirror: true });
  });

  it('have the recommended number of steps unless epochs are asked for, of which one alone is said', () => {
    expect(resolveConfig({ preset: 'fresh' }).steps).toBe(4000);
    expect(resolveConfig({ preset: 'fresh', values: { epochs: '7' } })).not.toHaveProperty('steps');
    expect(resolveConfig({ preset: 'fresh', file: { epochs: 7 } })).not.toHaveProperty('steps');
    expect(resolveConfig({ preset: 'fresh', file: { steps: 5 }, values: { epochs: '7' } })).not.toHaveProperty('steps');
    expect(resolveConfig({ preset: 'seed' })).not.toHaveProperty('steps');
    expect(resolveConfig({ preset: 'seed', values: { steps: '9' } }).steps).toBe(9);
    expect(() => resolveConfig({ preset: 'fresh', values: { steps: '9', epochs: '7' } })).toThrow('not by both');
  });

  it('know the default of each one, of the depth, which follows the size, too; last widths and a projected size have none', () => {
    const unknown = settings.filter((setting) => defaultOf(setting, 'fresh') === undefined);
    expect(unknown.map(({ name }) => name)).toEqual(['last-channels', 'projected-size']);
    expect(defaultOf(settings.find(({ name }) => name === 'depth') ?? expect.fail(), 'fresh')).toBe(3);
    expect(Object.keys(presets)).toEqual(['seed', 'fresh']);
  });

  it('take widths as numbers with commas between them', () => {
    const { architecture } = resolveConfig({
      preset: 'fresh',
      values: { 'image-size': '64', 'last-channels': '96,64' },
    });
    expect(architecture).toMatchObject({ depth: 4, channels: 128, lastChannels: [96, 64] });
  });

  it.each([
    [{ 'last-channels': '64,,32' }, 'last-channels is numbers with commas between them, not "64,,32"'],
    [{ 'last-channels': '64,4' }, 'last-channels: '],
    [{ 'last-channels': '64,64,32,16' }, 'last-channels: there are more of them than doublings'],
    [{ epochs: 'many' }, 'epochs is a number, not "many"'],
    [{ epochs: '' }, 'epochs is a number, not ""'],
    [{ epochs: '0' }, 'epochs: '],
    [{ 'batch-size': '1' }, 'batch-size: '],
    [{ 'batch-size': '2.5' }, 'batch-size: '],
    [{ 'image-size': '48' }, 'image-size: '],
    [{ depth: '5' }, 'depth: depth halves the picture'],
    [{ loss: 'wasserstein' }, 'loss: '],
    [{ mirror: 'yes' }, 'mirror is true or false, not "yes"'],
    [{ 'real-label': '0.2' }, 'real-label: '],
    [{ 'generator-optimizer': 'lion' }, 'generator-optimizer: '],
    [{ colour: '1' }, 'There is no setting colour'],
  ])('refuses %j in a sentence that names it', (values, sentence) => {
    expect(() => resolveConfig({ preset: 'fresh', values })).toThrow(sentence);
  });

  it.each([
    ['apart', 'separate'],
    ['together', 'combined'],
  ])('know the updates of the discriminator by the name that they once had: %s', (old, name) => {
    for (const sources of [{ file: { discriminatorUpdates: old } }, { values: { 'discriminator-updates': old } }])
      expect(resolveConfig({ preset: 'seed', ...sources }).discriminatorUpdates).toBe(name);
    expect(() => resolveConfig({ preset: 'seed', values: { 'discriminator-updates': 'both' } })).toThrow(
      'discriminator-updates',
    );
  });

  it('take what the schema says that they are', () => {
    const kindOf = (wanted: string) => settings.find(({ name }) => name === wanted)?.kind;
    expect(['epochs', 'batch-size', 'generator-rate', 'lecam', 'image-size'].map(kindOf)).toEqual(
      Array(5).fill('number'),
    );
    expect(['loss', 'generator-optimizer', 'discriminator-updates', 'precision'].map(kindOf)).toEqual(
      Array(4).fill('text'),
    );
    expect([kindOf('mirror'), kindOf('last-channels')]).toEqual(['boolean', 'numbers']);
  });

  it('are all that a run is configured by, but for what it is given and what nobody turns', () => {
    const leavesOf = (value: object, path: string[] = []): string[] =>
      Object.entries(value).flatMap(([key, below]) =>
        typeof below === 'object' && below !== null ? leavesOf(below, [...path, key]) : [[...path, key].join('.')],
      );
    const named = new Set(settings.map(({ path }) => path.join('.')));
    const constants = /^(generator|discriminator)Optimizer\.(beta1|beta2|epsilon)$|^architecture\.slope$/;
    const unnamed = leavesOf(resolveConfig({ preset: 'fresh' })).filter((leaf) => !named.has(leaf));
    expect(unnamed.filter((leaf) => !constants.test(leaf))).toEqual([]);
  });

  it('refuses a file that has a key which nothing reads', () => {
    expect(() => resolveConfig({ preset: 'fresh', file: { bachSize: 3 } })).toThrow('bachSize');
    expect(() => resolveConfig({ preset: 'fresh', file: [] })).toThrow('one JSON object');
  });
});
