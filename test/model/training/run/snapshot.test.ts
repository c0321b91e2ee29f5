import { describe, expect, it } from 'vitest';
import { encodeTensorFile } from '../../../../model/safetensors.ts';
import { decodeSnapshot, encodeSnapshot, snapshotOf } from '../../../../model/training/run/snapshot.ts';
import { createGan } from '../../../../model/training/step/gan.ts';
import { smallConfig } from '../../../support/training.ts';

const config = smallConfig({ average: 0.5 });
const data = { name: 'stripes', images: 3, sha256: 'a'.repeat(64) };
const snapshot = snapshotOf({ config, data, gan: createGan(config) });

describe('a snapshot', () => {
  it('comes back from its bytes as it was', () => {
    expect(decodeSnapshot(encodeSnapshot(snapshot), 'a file')).toEqual(snapshot);
  });

  it('that was changed, or is something else, is refused by name', () => {
    const bytes = encodeSnapshot(snapshot);
    bytes[bytes.length - 1] = 1 ^ (bytes.at(-1) ?? 0);
    expect(() => decodeSnapshot(bytes, 'step-1')).toThrow('step-1');
    const other = encodeTensorFile({ arrays: new Map(), metadata: { state: '{"step": 1}' } });
    expect(() => decodeSnapshot(other, 'step-1')).toThrow('step-1 is not a snapshot of this program.');
    const text = Buffer.from(encodeSnapshot(snapshot));
    text[text.indexOf('{\\"step') + 1] = 35;
    expect(() => decodeSnapshot(text, 'step-1')).toThrow('step-1');
  });

  it('whose weights are those of other networks is refused by name', () => {
    const [first = ''] = snapshot.weights.keys();
    const weights = new Map([...snapshot.weights, [first, new Float32Array(3)]]);
    const bytes = encodeSnapshot({ ...snapshot, weights });
    expect(() => decodeSnapshot(bytes, 'step-1')).toThrow('step-1 is damaged');
  });
});
