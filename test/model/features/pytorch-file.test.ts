import { expect, it } from 'vitest';
import { readPickle } from '../../../model/features/pickle.ts';
import { readPytorchFile } from '../../../model/features/pytorch-file.ts';

/**
 * What PyTorch 2.15 wrote by `torch.save(tensors, file, _use_new_zipfile_serialization=False)`: `conv.weight` is
 * `(torch.arange(24.) / 8).reshape(2, 3, 2, 2).permute(3, 2, 1, 0)`, `part` the third to fifth of six numbers, and beside them a count.
 */
const file = Buffer.from(
  'gAKKCmz8nEb5IGqoUBkugAJN6QMugAJ9cQAoWBAAAABwcm90b2NvbF92ZXJzaW9ucQFN6QNYDQAAAGxpdHRsZV9lbmRpYW5xAohYCgAAAHR5cGVfc2l6ZXNxA31xBChYBQAAAHNob3J0cQVLAlgDAAAAaW50cQZLBFgEAAAAbG9uZ3EHSwR1dS6AAmNjb2xsZWN0aW9ucwpPcmRlcmVkRGljdApxAClScQEoWAsAAABjb252LndlaWdodHECY3RvcmNoLl91dGlscwpfcmVidWlsZF90ZW5zb3JfdjIKcQMoKFgHAAAAc3RvcmFnZXEEY3RvcmNoCkZsb2F0U3RvcmFnZQpxBVgOAAAAOTQxNjAyMDE4NzMxODRxBlgDAAAAY3B1cQdLGE50cQhRSwAoSwJLAksDSwJ0cQkoSwFLAksESwx0cQqJaAApUnELdHEMUnENWAkAAABub3JtLmJpYXNxDmgDKChoBGgFWA4AAAA5NDE2MDA4NDk4MDE2MHEPaAdLA050cRBRSwBLA4VxEUsBhXESiWgAKVJxE3RxFFJxFVgYAAAAbm9ybS5udW1fYmF0Y2hlc190cmFja2VkcRZoAygoaARjdG9yY2gKTG9uZ1N0b3JhZ2UKcRdYDgAAADk0MTYwMDg1MTE3NjMycRhoB0sBTnRxGVFLACkpiWgAKVJxGnRxG1JxHFgEAAAAcGFydHEdaAMoKGgEaAVYDgAAADk0MTYwMjAxODkyODgwcR5oB0sGTnRxH1FLAksDhXEgSwGFcSGJaAApUnEidHEjUnEkdS6AAl1xAChYDgAAADk0MTYwMDg0OTgwMTYwcQFYDgAAADk0MTYwMDg1MTE3NjMycQJYDgAAADk0MTYwMjAxODczMTg0cQNYDgAAADk0MTYwMjAxODkyODgwcQRlLgMAAAAAAAAAAAAAPwAAoL+CqPs3AQAAAAAAAAAHAAAAAAAAABgAAAAAAAAAAAAAAAAAAD4AAIA+AADAPgAAAD8AACA/AABAPwAAYD8AAIA/AACQPwAAoD8AALA/AADAPwAA0D8AAOA/AADwPwAAAEAAAAhAAAAQQAAAGEAAACBAAAAoQAAAMEAAADhABgAAAAAAAAAAAAAAAACAPwAAAEAAAEBAAACAQAAAoEA=',
  'base64',
);

it('reads every tensor of numbers out of a file of PyTorch, in the order of its axes and from where it begins', () => {
  const tensors = readPytorchFile(file);
  expect([...tensors.keys()]).toEqual(['conv.weight', 'norm.bias', 'part']);
  const { shape, values } = tensors.get('conv.weight') ?? { shape: [], values: [] };
  expect(shape).toEqual([2, 2, 3, 2]);
  expect([...values].slice(0, 8)).toEqual([0, 1.5, 0.5, 2, 1, 2.5, 0.25, 1.75]);
  expect([...(tensors.get('norm.bias')?.values ?? [])]).toEqual([0.5, -1.25, Math.fround(3e-5)]);
  expect([...(tensors.get('part')?.values ?? [])]).toEqual([2, 3, 4]);
});

it('refuses a file of PyTorch that ends anywhere before its end', () => {
  for (let length = 0; length < file.length; length++)
    expect(() => readPytorchFile(file.subarray(0, length)), `${length} bytes`).toThrow(
      expect.objectContaining({ code: 'invalid-input' }),
    );
});

it('refuses a file with any one byte changed, or reads numbers, but calls nothing and ends', () => {
  for (let at = 0; at < file.length; at++) {
    const changed = Buffer.from(file);
    changed[at] = (changed[at] ?? 0) ^ 0x41;
    try {
      for (const { values } of readPytorchFile(changed).values()) expect(values).toBeInstanceOf(Float32Array);
    } catch (error) {
      expect(error, `byte ${at}`).toMatchObject({ code: 'invalid-input' });
    }
  }
});

it('refuses what is no file of PyTorch', () => {
  expect(() => readPytorchFile(Buffer.from('PK\x03\x04'))).toThrow(/no pickle of weights/);
  expect(() => readPytorchFile(Buffer.from('\x80\x02K\x05.', 'latin1'))).toThrow(/magic number/);
});

it('takes what a pickle would call for a name and arguments', () => {
  // The pickle that would run a command: cos\nsystem\n(X\x02\x00\x00\x00lstR.
  const pickle = Buffer.from('\x80\x02cos\nsystem\n(X\x02\x00\x00\x00lstR.', 'latin1');
  expect(readPickle(pickle)).toEqual({ value: { called: 'os system', arguments: ['ls'] }, end: pickle.length });
});
