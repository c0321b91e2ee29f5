import { describe, expect, it } from 'vitest';
import { decodeFeatures, encodeFeatures } from '../../../model/features/features-file.ts';
import { frozenNetworkSchema, tapChannels } from '../../../model/features/frozen-network.ts';
import { encodeTensorFile } from '../../../model/safetensors.ts';
import { madeFeatures, madeNetwork } from '../../support/projected.ts';

describe('a features file', () => {
  it('gives back network, weights and where they come from', () => {
    const { network, weights, about } = madeFeatures();
    expect(decodeFeatures(encodeFeatures({ network, weights, about }), 'made')).toEqual({ network, weights, about });
  });

  it('is refused when it is cut off, a checkpoint, or lacks a weight', () => {
    const features = madeFeatures();
    const bytes = encodeFeatures(features);
    expect(() => decodeFeatures(bytes.subarray(0, 5000), 'half')).toThrow(/^half cannot be used: /);
    const other = encodeTensorFile({ arrays: new Map(), metadata: { state: '{}' } });
    expect(() => decodeFeatures(other, 'other')).toThrow(/^other is no file of features for --discriminator projected/);
    const weights = new Map([...features.weights].filter(([name]) => name !== 'b2/kernel'));
    expect(() => decodeFeatures(encodeFeatures({ ...features, weights }), 'poor')).toThrow('b2/kernel');
  });
});

describe('a frozen network', () => {
  const { layers } = madeNetwork;
  const faultsOf = (network: unknown) =>
    frozenNetworkSchema.safeParse(network).error?.issues.map(({ message }) => message);

  it('knows how many channels its taps have', () => {
    expect(tapChannels(madeNetwork)).toEqual([5, 6, 7, 8]);
  });

  it.each([
    [
      'adds what comes later',
      { layers: layers.map((layer) => (layer.name === 'b3' ? { ...layer, add: 'c3' } : layer)) },
    ],
    [
      'adds a map of another size',
      { layers: layers.map((layer) => (layer.name === 'c3' ? { ...layer, add: 'a3' } : layer)) },
    ],
    [
      'changes channels in a depthwise layer',
      { layers: layers.map((layer) => (layer.name === 'b2' ? { ...layer, filters: 9 } : layer)) },
    ],
    ['has a tap of another size', { taps: ['a3', 'c3', 'd3', 'd3'] }],
    ['has two layers of one name', { layers: [...layers, { ...layers.at(-1), name: 'e2' }] }],
  ])('is refused when it %s', (_, change) => {
    expect(faultsOf({ ...madeNetwork, ...change })).not.toBeUndefined();
    expect(faultsOf(madeNetwork)).toBeUndefined();
  });
});
