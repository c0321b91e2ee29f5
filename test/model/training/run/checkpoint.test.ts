import { describe, expect, it } from 'vitest';
import { decodeTensorFile, encodeTensorFile } from '../../../../model/safetensors.ts';
import { decodeCheckpoint, encodeCheckpoint } from '../../../../model/training/run/checkpoint.ts';
import { createGan } from '../../../../model/training/step/gan.ts';
import { smallConfig } from '../../../support/training.ts';

const config = smallConfig({ average: 0.5 });
const checkpoint = {
  config,
  data: { name: 'stripes', images: 3, sha256: 'a'.repeat(64) },
  gan: { ...createGan(config), said: { real: 0.1, fake: -1 / 3 } },
  position: { order: Uint32Array.from([2, 0, 1]), next: 1 },
};

describe('a checkpoint', () => {
  it('comes back from its bytes as it was', () => {
    const bytes = encodeCheckpoint(checkpoint);
    const read = decodeCheckpoint(bytes, 'a file');
    expect(read).toMatchObject({ config, data: checkpoint.data, position: checkpoint.position });
    expect(read.gan.generator.weights).toEqual(checkpoint.gan.generator.weights);
    expect(read.gan.said).toEqual(checkpoint.gan.said);
    expect(encodeCheckpoint(read)).toEqual(bytes);
  });

  it('from before there were transfer, freezing and LeCam goes on too', () => {
    const { arrays, metadata } = decodeTensorFile(encodeCheckpoint(checkpoint), 'a file');
    const { said: _, ...state } = JSON.parse(metadata.state ?? '');
    const { lecam: _l, freezeDiscriminator: _f, ...older } = state.config;
    const bytes = encodeTensorFile({ arrays, metadata: { state: JSON.stringify({ ...state, config: older }) } });
    const read = decodeCheckpoint(bytes, 'a file');
    expect(read.config).toEqual(config);
    expect(read.gan.said).toEqual({});
  });

  it('of another program is refused by name', () => {
    const bytes = encodeTensorFile({ arrays: new Map(), metadata: { state: '{"step": "one"}' } });
    expect(() => decodeCheckpoint(bytes, 'step-1')).toThrow('step-1 is not a checkpoint of this program.');
  });
});
