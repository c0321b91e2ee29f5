import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openSource } from '../../../../model/dataset/sources/open-source.ts';
import type { Selection } from '../../../../model/dataset/sources/selection.ts';
import { folderOf } from '../../../support/pictures.ts';
import { namesOf, picturesOf } from '../sources.ts';

const colors = await readFile(new URL('../../../fixtures/dataset/color_list.mat', import.meta.url));
const all: Selection = { split: 'all', only: [] };

function compcars(inside = 'sv_data/'): Promise<string> {
  return folderOf({
    [`${inside}image/1/a.jpg`]: 'a',
    [`${inside}image/1/b.jpg`]: 'b',
    [`${inside}image/2/c.jpg`]: 'c',
    [`${inside}image/20/d.jpg`]: 'd',
    [`${inside}image/20/in no list.jpg`]: 'e',
    [`${inside}train_surveillance.txt`]: '20/d.jpg\r\n1/b.jpg\r\n2/c.jpg\r\n',
    [`${inside}test_surveillance.txt`]: '1/a.jpg\n',
    [`${inside}color_list.mat`]: colors,
  });
}

describe('CompCars', () => {
  it('is told by its lists, above sv_data as in it', async () => {
    for (const inside of ['sv_data/', '']) {
      const folder = await compcars(inside);
      const source = await openSource(folder, 'auto', all);
      expect(source.kind).toBe('compcars');
      const listing = await source.list();
      expect(await namesOf(listing)).toEqual(['1/a.jpg', '1/b.jpg', '2/c.jpg', '20/d.jpg']);
      expect(listing.notes).toEqual({ 'train_surveillance.txt': 3, 'test_surveillance.txt': 1 });
      const [first] = await picturesOf(await source.list());
      expect(first?.content).toEqual({ file: join(folder, inside, 'image/1/a.jpg') });
    }
  });

  it('offers one half on request', async () => {
    const folder = await compcars();
    const names = async (split: Selection['split']) =>
      namesOf(await (await openSource(folder, 'auto', { split, only: [] })).list());
    expect(await names('train')).toEqual(['1/b.jpg', '2/c.jpg', '20/d.jpg']);
    expect(await names('test')).toEqual(['1/a.jpg']);
  });

  it('offers some colours on request, as its colour list has them', async () => {
    const folder = await compcars();
    const names = async (...only: string[]) =>
      namesOf(await (await openSource(folder, 'auto', { ...all, only })).list());
    expect(await names('white')).toEqual(['1/a.jpg']);
    expect(await names('black', 'silver')).toEqual(['1/b.jpg', '20/d.jpg']);
    expect(await names('unknown')).toEqual(['2/c.jpg']);
    await expect(names('mauve')).rejects.toThrow('--only: CompCars has no "mauve", but black, white, red');
  });

  it('says which list is missing', async () => {
    const folder = await folderOf({ 'image/1/a.jpg': '', 'train_surveillance.txt': '1/a.jpg\n' });
    await expect((await openSource(folder, 'auto', { split: 'test', only: [] })).list()).rejects.toThrow(
      /Could not read the list .*test_surveillance.txt: there is no such file/,
    );
    await expect((await openSource(folder, 'auto', { split: 'all', only: ['red'] })).list()).rejects.toThrow(
      /Could not read the colours .*color_list.mat: there is no such file/,
    );
  });
});
