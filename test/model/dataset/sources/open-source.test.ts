import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openSource } from '../../../../model/dataset/sources/open-source.ts';
import { folderOf } from '../../../support/pictures.ts';

const all = { split: 'all', only: [] } as const;

describe('openSource', () => {
  it('takes a folder without any lists for photographs', async () => {
    expect((await openSource(await folderOf({ 'a.jpg': '' }), 'auto', all)).kind).toBe('folder');
  });

  it('reads a folder as it is told to', async () => {
    const folder = await folderOf({ 'a.jpg': '', 'anno_train.csv': 'a.jpg,1,1,2,2,1' });
    expect((await openSource(folder, 'auto', all)).kind).toBe('stanford-cars');
    expect((await openSource(folder, 'folder', all)).kind).toBe('folder');
  });

  it.each([
    ['compcars', 'there is no image folder'],
    ['stanford-cars', 'there is no cars_annos.mat'],
    ['cifar-10', 'there is no data_batch_1.bin'],
  ] as const)('says what is missing for %s', async (layout, sign) => {
    await expect(openSource(await folderOf({ 'a.jpg': '' }), layout, all)).rejects.toThrow(
      `is not laid out as ${layout}: ${sign}`,
    );
  });

  it('refuses to select where there is nothing to select by', async () => {
    const folder = await folderOf({ 'a.jpg': '' });
    await expect(openSource(folder, 'auto', { ...all, only: ['red'] })).rejects.toThrow('--only cannot be used here');
    await expect(openSource(folder, 'auto', { ...all, split: 'test' })).rejects.toThrow('--split cannot be used here');
  });

  it('says so when there is no such folder, or a file in its place', async () => {
    const folder = await folderOf({ 'a.jpg': '' });
    await expect(openSource(join(folder, 'b'), 'auto', all)).rejects.toMatchObject({ code: 'not-found' });
    await expect(openSource(join(folder, 'a.jpg'), 'auto', all)).rejects.toThrow(
      'is a file; name the folder it is in.',
    );
  });
});
