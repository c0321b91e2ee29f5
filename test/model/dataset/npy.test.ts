import { execFileSync, spawnSync } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseNpy } from '../../../model/dataset/npy.ts';
import { createNpyWriter } from '../../../model/dataset/npy-writer.ts';
import { sha256 } from '../../../model/files.ts';
import { newFolder } from '../../support/pictures.ts';

/** `numpy.save` of `(arange(54) * 37 % 256).astype(uint8).reshape(2, 3, 3, 3)`, by NumPy 2.4. */
const byNumpy = Buffer.from(
  'k05VTVBZAQB2AHsnZGVzY3InOiAnfHUxJywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsIDMsIDMsIDMpLCB9ICAgICAgIC' +
    'AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAJUpvlLneAyhNcpe84QYrUHWav+QJLlN4ncLnDDFWe6DF6g80' +
    'WX6jyO0SN1yBpsvwFTpfhKk=',
  'base64',
);
const pixels = Uint8Array.from({ length: 54 }, (_, at) => (at * 37) % 256);
const hasNumpy = spawnSync('python3', ['-c', 'import numpy']).status === 0;

async function write(path: string): Promise<string> {
  const writer = await createNpyWriter(path, 3);
  await writer.append(pixels.subarray(0, 27));
  await writer.append(pixels.subarray(27));
  const npy = await writer.stage();
  await npy.commit();
  return npy.sha256;
}

describe('a .npy', () => {
  it('is written byte for byte as NumPy writes it, and its SHA-256 told', async () => {
    const path = join(await newFolder(), 'new', 'cars.npy');
    const digest = await write(path);
    const written = await readFile(path);
    expect(written.equals(byNumpy)).toBe(true);
    expect(digest).toBe(sha256(written));
  });

  it('is read as NumPy writes it', () => {
    const { images, count, imageSize } = parseNpy(byNumpy, 'cars.npy');
    expect([count, imageSize]).toEqual([2, 3]);
    expect(Uint8Array.from(images)).toEqual(pixels);
  });

  it.skipIf(!hasNumpy)('is opened by the NumPy of this machine (skipped where there is none)', async () => {
    const path = join(await newFolder(), 'cars.npy');
    await write(path);
    const script = 'import numpy, sys; a = numpy.load(sys.argv[1]); print(a.shape, a.dtype, a[1, 2, 2].tolist())';
    expect(execFileSync('python3', ['-c', script, path], { encoding: 'utf8' }).trim()).toBe(
      '(2, 3, 3, 3) uint8 [95, 132, 169]',
    );
  });

  it('has no name until it is whole, and nothing is left of it when it is given up', async () => {
    const folder = await newFolder();
    const writer = await createNpyWriter(join(folder, 'cars.npy'), 3);
    await writer.append(pixels.subarray(0, 27));
    expect(await readdir(folder)).not.toContain('cars.npy');
    await writer.discard();
    expect(await readdir(folder)).toEqual([]);
  });

  it('is whole under its temporary name before it gets its own', async () => {
    const folder = await newFolder();
    const writer = await createNpyWriter(join(folder, 'cars.npy'), 3);
    for (const at of [0, 27]) await writer.append(pixels.subarray(at, at + 27));
    const { temporary, sha256: digest, commit } = await writer.stage();
    expect(await readdir(folder)).toEqual([basename(temporary)]);
    expect((await readFile(temporary)).equals(byNumpy)).toBe(true);
    expect(digest).toBe(sha256(byNumpy));
    await commit();
    await writer.discard();
    expect(await readdir(folder)).toEqual(['cars.npy']);
  });

  it('is refused when it holds something else', () => {
    const other = (from: string, to: string) => Buffer.from(byNumpy.toString('latin1').replace(from, to), 'latin1');
    expect(() => parseNpy(other('|u1', '<f4'), 'a.npy')).toThrow(
      'a.npy is no packed dataset: its numbers are not uint8.',
    );
    expect(() => parseNpy(other('False', 'True '), 'a.npy')).toThrow('it is in Fortran order.');
    expect(() => parseNpy(other('(2, 3, 3, 3)', '(2, 3, 9, 1)'), 'a.npy')).toThrow('its shape is not');
    expect(() => parseNpy(byNumpy.subarray(0, -1), 'a.npy')).toThrow('it holds 53 bytes of pictures instead of 54.');
    expect(() => parseNpy(byNumpy.subarray(0, 8), 'a.npy')).toThrow('it is cut off.');
    expect(() => parseNpy(Buffer.from('<html>'), 'a.npy')).toThrow('it does not begin as a .npy file.');
  });

  it('says so when it cannot be written', async () => {
    await expect(createNpyWriter('/proc/cars.npy', 3)).rejects.toMatchObject({ code: 'unavailable' });
  });
});
