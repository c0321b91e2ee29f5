import { describe, expect, it } from 'vitest';
import {
  type Architecture,
  architectureSchema,
  defaultArchitecture,
  discriminator,
  generator,
} from '../../../model/architecture/dcgan.ts';
import { countParameters, type Network } from '../../../model/architecture/network.ts';
import discriminatorByKeras from '../../fixtures/keras/discriminator.json' with { type: 'json' };
import familyByKeras from '../../fixtures/keras/family.json' with { type: 'json' };
import generatorByKeras from '../../fixtures/keras/generator.json' with { type: 'json' };

const shapesOf = (network: Network) => network.layers.map(({ outputShape }) => outputShape);
/** What Keras also knows: it names layers in its own way, and gives no input shapes. */
const withoutName = ({ name: _, ...layer }: { readonly name: string }) => layer;
const layersOf = (network: Network) => network.layers.map(({ inputShape: _, ...layer }) => withoutName(layer));

describe('the default networks', () => {
  it("have the seed's parameter counts", () => {
    expect(countParameters(generator(defaultArchitecture))).toEqual({ total: 1_467_651, trainable: 1_466_883 });
    expect(countParameters(discriminator(defaultArchitecture))).toEqual({ total: 926_209, trainable: 925_057 });
  });

  it('have the layers, settings and shapes that Keras reports for the seed', () => {
    expect(layersOf(generator(defaultArchitecture))).toEqual(generatorByKeras.layers.map(withoutName));
    expect(layersOf(discriminator(defaultArchitecture))).toEqual(discriminatorByKeras.layers.map(withoutName));
  });

  it('name their weights as checkpoints and bundles do', () => {
    const norm = (index: number) =>
      ['gamma', 'beta', 'moving_mean', 'moving_variance'].map((weight) => `norm_${index}/${weight}`);
    const linear = (layer: string) => [`${layer}/kernel`, `${layer}/bias`];
    expect(generator(defaultArchitecture).weights.map(({ name }) => name)).toEqual([
      ...linear('project'),
      ...[1, 2, 3].flatMap((index) => [...linear(`up_${index}`), ...norm(index)]),
      ...linear('rgb'),
    ]);
    expect(discriminator(defaultArchitecture).weights.map(({ name }) => name)).toEqual([
      ...[0, 1, 2, 3].flatMap((index) => [...linear(`conv_${index}`), ...norm(index)]),
      ...linear('score'),
    ]);
  });

  it('take what the other gives: a latent vector in, a picture between them, a probability out', () => {
    expect(generator(defaultArchitecture).inputShape).toEqual([100]);
    expect(generator(defaultArchitecture).outputShape).toEqual([32, 32, 3]);
    expect(discriminator(defaultArchitecture).inputShape).toEqual([32, 32, 3]);
    expect(discriminator(defaultArchitecture).outputShape).toEqual([1]);
  });
});

describe('the family of networks', () => {
  const members = familyByKeras.members.map((member) => ({ title: JSON.stringify(member.architecture), ...member }));

  it.each(members)('agrees with Keras in counts and shapes at $title', (member) => {
    const architecture = architectureSchema.parse(member.architecture);
    for (const [network, expected] of [
      [generator(architecture), member.generator],
      [discriminator(architecture), member.discriminator],
    ] as const) {
      expect(countParameters(network)).toEqual({ total: expected.total, trainable: expected.trainable });
      expect(shapesOf(network)).toEqual(expected.outputShapes);
    }
  });
});

describe('networks whose largest maps are narrower', () => {
  const architecture = architectureSchema.parse({ imageSize: 64, lastChannels: [64], firstChannels: 32 });

  it('have the widths that were asked for, the discriminator the other way round', () => {
    const filtersOf = (network: Network) =>
      network.layers.flatMap((layer) => (layer.kind === 'conv' || layer.kind === 'convTranspose' ? layer.filters : []));
    expect(filtersOf(generator(architecture))).toEqual([128, 128, 128, 64, 3]);
    expect(filtersOf(discriminator(architecture))).toEqual([32, 64, 128, 128, 256]);
    const large = architectureSchema.parse({ ...architecture, imageSize: 128, depth: 5, lastChannels: [64, 32] });
    expect(filtersOf(generator(large))).toEqual([128, 128, 128, 64, 32, 3]);
    expect(filtersOf(discriminator(large))).toEqual([32, 32, 64, 128, 128, 256]);
  });

  it('have as many parameters as their layers add up to', () => {
    const norm = (width: number) => 4 * width;
    const up = (inputs: number, filters: number) => 16 * inputs * filters + filters + norm(filters);
    const total = 101 * 4096 + up(256, 128) + 2 * up(128, 128) + up(128, 64) + (9 * 64 * 3 + 3);
    expect(countParameters(generator(architecture)).total).toBe(total);
    const down = (kernel: number, inputs: number, filters: number) =>
      kernel ** 2 * inputs * filters + filters + norm(filters);
    const halvings = down(4, 32, 64) + down(4, 64, 128) + down(4, 128, 128) + down(4, 128, 256);
    expect(countParameters(discriminator(architecture)).total).toBe(down(3, 3, 32) + halvings + 4097);
  });
});

describe('architectureSchema', () => {
  it("fills in the seed's networks", () => {
    const seed: Architecture = {
      latentSize: 100,
      imageSize: 32,
      depth: 3,
      baseChannels: 256,
      channels: 128,
      firstChannels: 64,
    };
    expect(architectureSchema.parse({})).toEqual(seed);
  });

  it.each([
    [32, 3],
    [64, 4],
    [128, 5],
  ])('goes down to a 4x4 map at %i pixels, which takes a depth of %i', (imageSize, depth) => {
    expect(architectureSchema.parse({ imageSize }).depth).toBe(depth);
  });

  it('keeps a depth that was asked for', () => {
    expect(architectureSchema.parse({ imageSize: 64, depth: 3 }).depth).toBe(3);
  });

  it('keeps of the last widths what differs from the others, so that one architecture is one JSON', () => {
    expect(architectureSchema.parse({ lastChannels: [128, 128] })).toEqual(defaultArchitecture);
    expect(architectureSchema.parse({ lastChannels: [128, 64, 128] }).lastChannels).toEqual([64, 128]);
    expect(JSON.stringify(defaultArchitecture)).not.toContain('lastChannels');
  });

  it('parses what it gave to the same again', () => {
    for (const architecture of [
      ...familyByKeras.members.map((member) => member.architecture),
      { lastChannels: [64] },
    ]) {
      const once = architectureSchema.parse(architecture);
      expect(architectureSchema.parse(once)).toEqual(once);
      expect(architectureSchema.parse(JSON.parse(JSON.stringify(once)))).toEqual(once);
    }
  });

  it.each([
    ['a size that is no power of two', { imageSize: 48 }, ['imageSize']],
    ['a size as text', { imageSize: '64' }, ['imageSize']],
    ['a depth that leaves a single pixel', { imageSize: 32, depth: 5 }, ['depth']],
    ['a depth beyond the family', { imageSize: 128, depth: 6 }, ['depth']],
    ['a fraction of a channel', { channels: 12.5 }, ['channels']],
    ['too few channels', { baseChannels: 7 }, ['baseChannels']],
    ['more last widths than doublings', { lastChannels: [8, 8, 8, 8] }, ['lastChannels']],
    ['too narrow a last width', { lastChannels: [64, 4] }, ['lastChannels', 1]],
    ['an empty latent vector', { latentSize: 0 }, ['latentSize']],
  ])('refuses %s, and names the field', (_, value, path) => {
    expect(architectureSchema.safeParse(value).error?.issues.map((issue) => issue.path)).toEqual([path]);
  });

  it('refuses a key that it does not know, and names it', () => {
    const { error } = architectureSchema.safeParse({ latent: 100 });
    expect(error?.issues).toMatchObject([{ code: 'unrecognized_keys', keys: ['latent'] }]);
  });
});
