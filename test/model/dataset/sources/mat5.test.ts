import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseMat5 } from '../../../../model/dataset/sources/mat5.ts';
import { FreshcarError } from '../../../../model/errors.ts';

const fixture = (name: string) => readFile(new URL(`../../../fixtures/dataset/${name}`, import.meta.url));

describe('parseMat5', () => {
  it('reads each kind of matrix that SciPy writes', async () => {
    const variables = parseMat5(await fixture('kinds.mat'), 'kinds.mat');
    // In column order.
    expect(variables.get('i8')).toEqual({ kind: 'numbers', numbers: [-1, 3, 2, -4] });
    expect(variables.get('f32')).toEqual({ kind: 'numbers', numbers: [0.5] });
    expect(variables.get('i64')).toEqual({ kind: 'numbers', numbers: [-5] });
    expect(variables.get('u64')).toEqual({ kind: 'numbers', numbers: [6] });
    expect(variables.get('text')).toEqual({ kind: 'text', text: 'Käfer' });
    expect(variables.get('nothing')).toEqual({ kind: 'numbers', numbers: [] });
    expect(variables.get('sparse')).toEqual({ kind: 'other' });
    expect(variables.get('nested')).toEqual({
      kind: 'structs',
      structs: [
        {
          cell: {
            kind: 'cells',
            rows: 1,
            cells: [
              { kind: 'text', text: 'a' },
              { kind: 'numbers', numbers: [1, 2] },
            ],
          },
          n: { kind: 'numbers', numbers: [7] },
        },
      ],
    });
  });

  it('reads numbers of the other byte order', () => {
    const bytes = new Uint8Array(128 + 64);
    bytes.set(new TextEncoder().encode('MATLAB 5.0 MAT-file'));
    bytes.set(new TextEncoder().encode('MI'), 126);
    const view = new DataView(bytes.buffer);
    // miMATRIX of 56 bytes: flags (mxDOUBLE), dimensions 1x1, name "x" in a small element, one int16 in another.
    const words = [14, 56, 6, 8, 6, 0, 5, 8, 1, 1, 0x0001_0001, 0x7800_0000, 0x0002_0003, 0xfffe_0000];
    for (const [index, word] of words.entries()) view.setUint32(128 + index * 4, word);
    expect(parseMat5(bytes, 'x.mat').get('x')).toEqual({ kind: 'numbers', numbers: [-2] });
  });

  it('refuses other files in a sentence', () => {
    expect(() => parseMat5(new Uint8Array(10), 'a.mat')).toThrow('a.mat is no MATLAB file: it is too short.');
    expect(() => parseMat5(new Uint8Array(200), 'a.mat')).toThrow('a.mat is no MATLAB file of level 5.');
    const hdf = new Uint8Array(200);
    hdf.set(new TextEncoder().encode('MATLAB 7.3 MAT-file'));
    hdf.set(new TextEncoder().encode('IM'), 126);
    expect(() => parseMat5(hdf, 'a.mat')).toThrow('a.mat is HDF5, as MATLAB 7.3 writes');
  });

  it('never fails but with a FreshcarError, whatever happened to the file', async () => {
    const whole = await fixture('cars_annos.mat');
    fc.assert(
      fc.property(fc.nat(whole.length), fc.nat(whole.length - 1), fc.nat(255), (length, at, byte) => {
        const damaged = Uint8Array.from(whole.subarray(0, length));
        if (at < length) damaged[at] = byte;
        try {
          parseMat5(damaged, 'a.mat');
        } catch (error) {
          expect(error).toBeInstanceOf(FreshcarError);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
