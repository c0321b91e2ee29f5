import { mkdirSync, rmSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { type PackOptions, packDataset } from '../../../../model/dataset/prepare/pack.ts';
import { readDataset } from '../../../../model/dataset/read-dataset.ts';
import { folderSource } from '../../../../model/dataset/sources/folder-source.ts';
import type { Source } from '../../../../model/dataset/sources/source.ts';
import { sha256 } from '../../../../model/files.ts';
import { folderOf, newFolder, plain, wavy, wavyPixels } from '../../../support/pictures.ts';

const code = { name: 'freshcar', version: '0.0.0' };

type Asked = Partial<PackOptions> & Pick<PackOptions, 'source'>;

async function pack(asked: Asked) {
  const out = asked.out ?? join(await newFolder(), 'cars.npy');
  const provenance = await packDataset({ imageSize: 32, crop: 'none', threads: 0, code, ...asked, out });
  return { out, provenance, dataset: await readDataset(out) };
}

/** Pixels that are there already, without a file. */
function pictures(count: number, from = 0): Source {
  const list = Array.from({ length: count }, (_, index) => ({
    name: `${from + index}`,
    content: { picture: { pixels: wavyPixels(from + index, 32), width: 32, height: 32 } },
  }));
  return {
    kind: 'folder',
    name: 'pixels',
    hasBoxes: false,
    list: async () => ({ count, pictures: list, unreadable: [], notes: { made: 'up' } }),
  };
}

describe('packing', () => {
  it('writes the pictures in the order of their names, and beside them where they are from', async () => {
    const folder = await folderOf({
      'b.png': await wavy(2, 64).png().toBuffer(),
      'a/1.webp': await wavy(1, 64).webp({ lossless: true }).toBuffer(),
      'c.jpg': 'text',
    });
    const { out, provenance, dataset } = await pack({ source: folderSource(folder) });
    expect(dataset).toMatchObject({ count: 2, imageSize: 32, sha256: sha256(await readFile(out)) });
    for (const [index, seed] of [1, 2].entries()) {
      const halved = await sharp(wavyPixels(seed, 64), { raw: { width: 64, height: 64, channels: 3 } })
        .resize(32, 32, { kernel: 'nearest' })
        .raw()
        .toBuffer();
      const packed = dataset.images.subarray(index * 3072, (index + 1) * 3072);
      // Smooth pictures: one pixel of four is never far from their mean.
      expect(Math.max(...packed.map((value, at) => Math.abs(value - (halved[at] ?? 0))))).toBeLessThan(30);
    }
    expect(provenance).toMatchObject({ ...dataset.provenance, pictures: ['a/1.webp', 'b.png'] });
    expect(provenance).toMatchObject({
      source: { kind: 'folder', pictures: 3, notes: {} },
      options: { crop: 'none', dropDuplicates: 'none' },
      unreadable: [{ name: 'c.jpg', reason: 'it is no JPEG, PNG or WebP inside' }],
      duplicates: [],
      code,
    });
  });

  it('gives the same bytes whatever the number of threads, and whenever it is done', async () => {
    const files: Record<string, Uint8Array> = {};
    for (let seed = 0; seed < 70; seed++) {
      const image = wavy(seed, 30 + ((seed * 7) % 50), 40);
      files[`${seed}.${seed % 3 ? 'jpg' : 'png'}`] = await (seed % 3 ? image.jpeg() : image.png()).toBuffer();
    }
    const source = folderSource(await folderOf(files));
    const [one, two] = [await pack({ source, threads: 0 }), await pack({ source, threads: 3 })];
    expect(one.dataset.count).toBe(70);
    expect(two.provenance).toEqual(one.provenance);
    const beside = (out: string) =>
      Promise.all(['.json', '.png'].map((ending) => readFile(out.replace('.npy', ending))));
    expect(await beside(two.out)).toEqual(await beside(one.out));
  });

  it('keeps the middle square or the box of a picture', async () => {
    const red = await plain('#f00', 20, 20).png().toBuffer();
    const image = plain('#00f', 60, 20).composite([{ input: red, left: 20, top: 0 }]);
    const file = join(await folderOf({ 'a.png': await image.png().toBuffer() }), 'a.png');
    const source: Source = {
      ...pictures(1),
      list: async () => ({
        count: 1,
        pictures: [{ name: 'a', content: { file }, box: { left: 15, top: 0, width: 10, height: 20 } }],
        unreadable: [],
        notes: {},
      }),
    };
    const packed = async (crop: PackOptions['crop']) => [
      ...(await pack({ source, crop, imageSize: 8 })).dataset.images,
    ];
    expect(await packed('center')).toEqual(Array(64).fill([255, 0, 0]).flat());
    expect((await packed('box')).slice(0, 24)).toEqual(
      [...Array(4).fill([0, 0, 255]), ...Array(4).fill([255, 0, 0])].flat(),
    );
    expect(await packed({ left: 40, top: 3, width: 9, height: 9 })).toEqual(Array(64).fill([0, 0, 255]).flat());
  });

  it('leaves out duplicates on request and says of what', async () => {
    const one = wavy(1, 96);
    const folder = await folderOf({
      'a.png': await one.png().toBuffer(),
      'b.png': await one.png({ compressionLevel: 1 }).toBuffer(),
      'c.jpg': await one.jpeg({ quality: 50 }).toBuffer(),
      'd.png': await wavy(2, 96).png().toBuffer(),
    });
    const source = folderSource(folder);
    expect((await pack({ source })).dataset.count).toBe(4);
    const exact = await pack({ source, dropDuplicates: 'exact' });
    expect(exact.provenance).toMatchObject({ count: 3, duplicates: [{ name: 'b.png', of: 'a.png' }] });
    const near = await pack({ source, dropDuplicates: 'near' });
    expect(near.provenance).toMatchObject({
      count: 2,
      options: { dropDuplicates: 'near' },
      duplicates: [
        { name: 'b.png', of: 'a.png' },
        { name: 'c.jpg', of: 'a.png' },
      ],
    });
  });

  it('shows pictures from all of the dataset on a contact sheet', async () => {
    const { out } = await pack({ source: pictures(1000) });
    const { data, info } = await sharp(out.replace('.npy', '.png')).raw().toBuffer({ resolveWithObject: true });
    expect(info).toMatchObject({ width: 16 * 66 - 2, height: 16 * 66 - 2 });
    // The last place shows picture 996 of 1000, twice as large.
    const corner = (15 * 66 * info.width + 15 * 66) * 3;
    const picture = wavyPixels(Math.floor((255 * 1000) / 256), 32);
    expect([...data.subarray(corner, corner + 9)]).toEqual([...picture.subarray(0, 3), ...picture.subarray(0, 6)]);
  });

  it('reports how far it is, at the end all of it', async () => {
    const reports: [number, number][] = [];
    await pack({ source: pictures(200), report: ({ done, total }) => reports.push([done, total]) });
    expect(reports.length).toBeGreaterThan(2);
    expect(reports.at(-1)).toEqual([200, 200]);
  });

  it('never asks a source for more pictures than a few batches ahead of what is written', async () => {
    let [asked, done, most] = [0, 0, 0];
    const content = { picture: { pixels: new Uint8Array(3), width: 1, height: 1 } };
    const source: Source = {
      ...pictures(0),
      list: async () => ({
        count: 5000,
        pictures: (function* () {
          for (; asked < 5000; asked++) {
            most = Math.max(most, asked - done);
            yield { name: `${asked}`, content };
          }
        })(),
        unreadable: [],
        notes: {},
      }),
    };
    const { dataset } = await pack({ source, threads: 2, imageSize: 8, report: (progress) => (done = progress.done) });
    expect(dataset.count).toBe(5000);
    expect(most).toBeLessThanOrEqual(2 * 2 * 64 + 64);
  });
});

describe('pictures that cannot be read', () => {
  const damaged = async () => {
    const jpeg = await wavy(1, 300).jpeg().toBuffer();
    return folderOf({
      '1 whole.jpg': jpeg,
      '2 cut off.jpg': jpeg.subarray(0, jpeg.length / 2),
      '3 empty.jpg': '',
      '4 text.jpg': 'not a picture',
      '5 cmyk.jpg': await plain('#f00').toColourspace('cmyk').jpeg().toBuffer(),
      '6 deep.png': await plain('#f00').toColourspace('rgb16').png().toBuffer(),
      '7 turned.jpg': await sharp(jpeg).withMetadata({ orientation: 6 }).jpeg().toBuffer(),
      '8 one pixel.png': await plain('#f00', 1, 1).png().toBuffer(),
      '9 wide.jpg': await plain('#f00', 20_000, 30).jpeg().toBuffer(),
      'animated.gif': await plain('#f00').gif().toBuffer(),
    });
  };

  it('are listed with the reason, and all others are packed', async () => {
    const told: string[] = [];
    const { provenance } = await pack({
      source: folderSource(await damaged()),
      onUnreadable: ({ name, reason }) => told.push(`${name}: ${reason}`),
    });
    expect(told).toEqual([
      'animated.gif: GIF is not read; save it as JPEG, PNG or WebP',
      '2 cut off.jpg: the file is cut off',
      '3 empty.jpg: the file is empty',
      '4 text.jpg: it is no JPEG, PNG or WebP inside',
    ]);
    expect(provenance.count).toBe(6);
    expect(provenance.unreadable.map(({ name, reason }) => `${name}: ${reason}`)).toEqual(told);
  });

  it('stop it when they are more than the limit, and nothing is written', async () => {
    const folder = await newFolder();
    const source = folderSource(await damaged());
    const packing = pack({ source, out: join(folder, 'cars.npy'), maxUnreadable: { pictures: 3 } });
    await expect(packing).rejects.toMatchObject({
      code: 'invalid-input',
      message: expect.stringMatching(
        /^Of 10 pictures 4 could not be read so far \(1 times ".*and the limit is 3\. Nothing was written\. Mend/,
      ),
    });
    expect(await readdir(folder)).toEqual([]);
    expect((await pack({ source, maxUnreadable: { percent: 40 } })).dataset.count).toBe(6);
  });

  it('are no dataset when there is nothing else', async () => {
    const source = folderSource(await folderOf({ 'a.jpg': '', 'b.jpg': '' }));
    await expect(pack({ source })).rejects.toThrow(/None of the 2 pictures in .* can be read\./);
    const none = folderSource(await folderOf({ 'a.heic': '' }));
    await expect(pack({ source: none })).rejects.toThrow(
      /There is no JPEG, PNG or WebP picture in .* \(1 could not be read, a.heic because HEIC is not read/,
    );
  });
});

describe('packing that is stopped', () => {
  it.each([0, 2])('leaves what was there before, and nothing else (with %i threads)', async (threads) => {
    const { out } = await pack({ source: pictures(10) });
    const folder = join(out, '..');
    const before = await readFile(out);
    const stop = new AbortController();
    const packing = pack({
      source: pictures(2000, 100),
      out,
      threads,
      signal: stop.signal,
      report: ({ done }) => done > 100 && stop.abort(),
    });
    await expect(packing).rejects.toThrow('Stopped before it was done; nothing was written.');
    expect((await readdir(folder)).sort()).toEqual(['cars.json', 'cars.npy', 'cars.png']);
    expect(await readFile(out)).toEqual(before);
    expect((await readDataset(out)).count).toBe(10);
  });

  it('is not begun when it was stopped before', async () => {
    const packing = pack({ source: pictures(10), signal: AbortSignal.abort() });
    await expect(packing).rejects.toThrow('Stopped before it was done');
  });
});

describe('packing that cannot write', () => {
  const files = ['cars.json', 'cars.npy', 'cars.png'];
  /** The SHA-256 of each of the three; undefined for what is a folder. */
  const contents = (folder: string) =>
    Promise.all(files.map((name) => readFile(join(folder, name)).then(sha256, () => undefined)));

  it.each(files)('is not begun where %s is a folder, and says which', async (name) => {
    const { out } = await pack({ source: pictures(10) });
    const folder = join(out, '..');
    await rm(join(folder, name));
    await mkdir(join(folder, name));
    const before = await contents(folder);
    let listed = false;
    const source: Source = {
      ...pictures(20),
      list: () => {
        listed = true;
        return pictures(20).list();
      },
    };
    await expect(pack({ source, out })).rejects.toMatchObject({
      code: 'invalid-input',
      message: `${join(folder, name)} is a folder, where a file is to be written. Choose another name.`,
    });
    expect(listed).toBe(false);
    expect(await contents(folder)).toEqual(before);
    expect((await readdir(folder)).sort()).toEqual(files);
  });

  it.each(['cars.png', 'cars.json'])('keeps the old pictures when the new %s cannot get its name', async (name) => {
    const { out } = await pack({ source: pictures(10) });
    const folder = join(out, '..');
    const [json, npy] = await contents(folder);
    const getInTheWay = () => {
      rmSync(join(folder, name), { recursive: true });
      mkdirSync(join(folder, name));
    };
    await expect(pack({ source: pictures(20, 100), out, report: getInTheWay })).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining(`Could not write ${join(folder, name)}: `),
    });
    const after = await contents(folder);
    expect(after[1]).toEqual(npy);
    if (name !== 'cars.json') expect(after[0]).toEqual(json);
    expect((await readdir(folder)).sort()).toEqual(files);
  });
});

it('is refused by training when another file took its place', async () => {
  const { out } = await pack({ source: pictures(10) });
  const other = await pack({ source: pictures(10, 5) });
  await writeFile(out, await readFile(other.out));
  await expect(readDataset(out)).rejects.toMatchObject({ code: 'damaged-bundle' });
});
