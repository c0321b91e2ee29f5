import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { openSource } from '../../../../model/dataset/sources/open-source.ts';
import type { Selection } from '../../../../model/dataset/sources/selection.ts';
import { parseCsvAnnotations, parseMatAnnotations } from '../../../../model/dataset/sources/stanford-boxes.ts';
import { folderOf } from '../../../support/pictures.ts';
import { namesOf, picturesOf } from '../sources.ts';

const fixture = (name: string) => readFile(new URL(`../../../fixtures/dataset/${name}`, import.meta.url));
const all: Selection = { split: 'all', only: [] };

/** The first training photograph's box as published: corners (39, 116) and (569, 375), counted from 1. */
const firstBox = { left: 38, top: 115, width: 531, height: 260 };

async function listingOf(files: Record<string, Uint8Array | string>, split: Selection['split'] = 'all') {
  const source = await openSource(await folderOf(files), 'auto', { split, only: [] });
  expect(source).toMatchObject({ kind: 'stanford-cars', hasBoxes: true });
  return source.list();
}

describe('the boxes of Stanford Cars', () => {
  it('are read from the .mat of a half, and of the whole with its test marks', async () => {
    expect(parseMatAnnotations(await fixture('cars_train_annos.mat'), 'a.mat')).toEqual([
      { file: '00001.jpg', box: firstBox },
      { file: '00002.jpg', box: { left: 35, top: 115, width: 833, height: 472 } },
      { file: '00003.jpg', box: { left: 84, top: 108, width: 517, height: 273 } },
    ]);
    expect(parseMatAnnotations(await fixture('cars_annos.mat'), 'a.mat')).toEqual([
      { file: 'car_ims/000001.jpg', box: { left: 111, top: 6, width: 742, height: 711 }, test: false },
      { file: 'car_ims/000002.jpg', box: { left: 47, top: 23, width: 394, height: 179 }, test: true },
    ]);
  });

  it('are read from a CSV with or without a header, in any order of columns', () => {
    const expected = [{ file: '00001.jpg', box: firstBox }];
    expect(parseCsvAnnotations('00001.jpg,39,116,569,375,14\n', 'a.csv')).toEqual(expected);
    expect(parseCsvAnnotations(',x1,y1,x2,y2,Class,image\n0,39,116,569,375,14,00001.jpg\n', 'a.csv')).toEqual(expected);
    const quoted = '\ufefffname,bbox_x2,bbox_x1,bbox_y1,bbox_y2\r\n"00001.jpg", 569,39,116,375\r\n\r\n';
    expect(parseCsvAnnotations(quoted, 'a.csv')).toEqual(expected);
  });

  it('that are none are told with their place', async () => {
    expect(() => parseCsvAnnotations('1.jpg,1,2,3,4\n2.jpg,a,2,3,4\n', 'a.csv')).toThrow(
      'a.csv: line 2 is no file and box (x1',
    );
    expect(() => parseCsvAnnotations('1.jpg,"1\n', 'a.csv')).toThrow('a.csv is no CSV');
    expect(() => parseCsvAnnotations('1.jpg\n', 'a.csv')).toThrow('a.csv: line 1 is no file and box');
    const colors = await fixture('color_list.mat');
    expect(() => parseMatAnnotations(colors, 'a.mat')).toThrow('a.mat has no struct array named annotations.');
  });
});

describe('Stanford Cars', () => {
  it('finds the photographs of a devkit, and lists those that are not there', async () => {
    const listing = await listingOf({
      'devkit/cars_train_annos.mat': await fixture('cars_train_annos.mat'),
      'cars_train/00001.jpg': '',
      'cars_train/00003.jpg': '',
      'cars_train/99999.jpg': '',
      'cars_test/00002.jpg': '',
    });
    const pictures = await picturesOf(listing);
    expect(pictures.map(({ name, box }) => ({ name, left: box?.left }))).toEqual([
      { name: 'cars_train/00001.jpg', left: 38 },
      { name: 'cars_train/00003.jpg', left: 84 },
    ]);
    expect(listing.unreadable).toEqual([
      { name: '00002.jpg', reason: 'devkit/cars_train_annos.mat names it, but it is not there' },
    ]);
    expect(listing.notes).toEqual({ 'devkit/cars_train_annos.mat': 3, picturesInNoList: 2 });
  });

  it('tells the halves apart, whose photographs have the same names', async () => {
    const files = {
      'anno_train.csv': '00001.jpg,1,1,10,10,1\n',
      'anno_test.csv': '00001.jpg,2,2,20,20,1\n',
      'car_data/test/AM General Hummer/00001.jpg': '',
      'car_data/train/Acura RL Sedan 2012/00001.jpg': '',
    };
    expect((await picturesOf(await listingOf(files))).map(({ name, box }) => [name.split('/')[1], box?.width])).toEqual(
      [
        ['test', 19],
        ['train', 10],
      ],
    );
    expect(await namesOf(await listingOf(files, 'train'))).toEqual(['car_data/train/Acura RL Sedan 2012/00001.jpg']);
  });

  it('misses nothing of a half that is not there at all', async () => {
    const listing = await listingOf({
      'anno_train.csv': '00001.jpg,1,1,10,10,1\n',
      'anno_test.csv': '00001.jpg,2,2,20,20,1\n00002.jpg,2,2,20,20,1\n',
      'train/x/00001.jpg': '',
    });
    expect(await namesOf(listing)).toEqual(['train/x/00001.jpg']);
    expect(listing.unreadable).toEqual([]);
  });

  it('keeps to the test marks of the list of the whole', async () => {
    const files = {
      'cars_annos.mat': await fixture('cars_annos.mat'),
      'car_ims/000001.jpg': '',
      'car_ims/000002.jpg': '',
    };
    expect(await namesOf(await listingOf(files))).toHaveLength(2);
    expect(await namesOf(await listingOf(files, 'train'))).toEqual(['car_ims/000001.jpg']);
    expect(await namesOf(await listingOf(files, 'test'))).toEqual(['car_ims/000002.jpg']);
  });

  it('knows no classes to choose from', async () => {
    const folder = await folderOf({ 'anno_train.csv': '' });
    await expect(openSource(folder, 'auto', { ...all, only: ['red'] })).rejects.toThrow('--only cannot be used here');
  });
});
