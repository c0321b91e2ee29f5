import { describe, expect, it } from 'vitest';
import { buildNetwork, countParameters, sizeOf } from '../../../model/architecture/network.ts';

describe('buildNetwork', () => {
  it('passes each layer the shape that the one before it gives', () => {
    const network = buildNetwork(
      'small',
      [5, 7, 3],
      [
        { kind: 'conv', name: 'half', filters: 4, kernel: 4, stride: 2 },
        { kind: 'convTranspose', name: 'double', filters: 2, kernel: 4, stride: 2 },
        { kind: 'flatten', name: 'flat' },
        { kind: 'dense', name: 'score', units: 9 },
        { kind: 'reshape', name: 'square', shape: [3, 3, 1] },
      ],
    );
    expect(network.layers.map((layer) => layer.outputShape)).toEqual([[3, 4, 4], [6, 8, 2], [96], [9], [3, 3, 1]]);
    expect(network.layers.map((layer) => layer.inputShape)).toEqual([[5, 7, 3], [3, 4, 4], [6, 8, 2], [96], [9]]);
    expect(network.outputShape).toEqual([3, 3, 1]);
  });

  it("names and shapes weights as Keras does, a transposed convolution's filters before its inputs", () => {
    const { weights } = buildNetwork(
      'small',
      [4, 4, 3],
      [
        { kind: 'conv', name: 'conv', filters: 5, kernel: 3, stride: 1 },
        { kind: 'convTranspose', name: 'up', filters: 2, kernel: 4, stride: 2 },
        { kind: 'batchNorm', name: 'norm', momentum: 0.99, epsilon: 1e-3 },
      ],
    );
    expect(weights.map(({ name, shape, initializer, trainable }) => [name, shape, initializer, trainable])).toEqual([
      ['conv/kernel', [3, 3, 3, 5], 'glorotUniform', true],
      ['conv/bias', [5], 'zeros', true],
      ['up/kernel', [4, 4, 2, 5], 'glorotUniform', true],
      ['up/bias', [2], 'zeros', true],
      ['norm/gamma', [2], 'ones', true],
      ['norm/beta', [2], 'zeros', true],
      ['norm/moving_mean', [2], 'zeros', false],
      ['norm/moving_variance', [2], 'ones', false],
    ]);
  });
});

describe('countParameters', () => {
  it('leaves the moving statistics out of the trainable parameters', () => {
    const network = buildNetwork(
      'norm',
      [4, 4, 6],
      [{ kind: 'batchNorm', name: 'norm', momentum: 0.99, epsilon: 1e-3 }],
    );
    expect(countParameters(network)).toEqual({ total: 24, trainable: 12 });
  });
});

describe('sizeOf', () => {
  it('multiplies the lengths, and gives 1 for a scalar', () => {
    expect(sizeOf([4, 4, 256])).toBe(4096);
    expect(sizeOf([])).toBe(1);
  });
});
