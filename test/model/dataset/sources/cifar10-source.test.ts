import { describe, expect, it } from 'vitest';
import { openSource } from '../../../../model/dataset/sources/open-source.ts';
import type { Selection } from '../../../../model/dataset/sources/selection.ts';
import { folderOf } from '../../../support/pictures.ts';
import { namesOf, picturesOf } from '../sources.ts';

/** A record of one class whose red rises by row, whose green rises by column, and whose blue is the same throughout. */
function record(label: number, blue: number): number[] {
  const plane = (value: (x: number, y: number) => number) =>
    Array.from({ length: 1024 }, (_, at) => value(at % 32, Math.floor(at / 32)));
  return [label, ...plane((_, y) => y), ...plane((x) => 100 + x), ...plane(() => blue)];
}

const files = {
  'data_batch_1.bin': Uint8Array.from([record(1, 10), record(3, 20), record(9, 30)].flat()),
  'data_batch_2.bin': Uint8Array.from([record(1, 40)].flat()),
  'test_batch.bin': Uint8Array.from([record(1, 50)].flat()),
  'batches.meta.txt': 'airplane\nautomobile\n',
};

async function listingOf(selection: Partial<Selection>, content: Record<string, Uint8Array | string> = files) {
  return (await openSource(await folderOf(content), 'auto', { split: 'all', only: [], ...selection })).list();
}

describe('CIFAR-10', () => {
  it('offers the records of its batches in their order', async () => {
    const listing = await listingOf({});
    expect(await namesOf(listing)).toEqual([
      'data_batch_1.bin/0',
      'data_batch_1.bin/1',
      'data_batch_1.bin/2',
      'data_batch_2.bin/0',
      'test_batch.bin/0',
    ]);
    expect(listing.notes).toEqual({ 'data_batch_1.bin': 3, 'data_batch_2.bin': 1, 'test_batch.bin': 1 });
  });

  it('turns three planes into rows of RGB', async () => {
    const [first] = await picturesOf(await listingOf({}));
    if (!first || !('picture' in first.content)) throw new Error('no pixels');
    const { pixels, width, height } = first.content.picture;
    expect([width, height, pixels.length]).toEqual([32, 32, 3072]);
    expect([...pixels.subarray(0, 6)]).toEqual([0, 100, 10, 0, 101, 10]);
    expect([...pixels.subarray((31 * 32 + 5) * 3, (31 * 32 + 6) * 3)]).toEqual([31, 105, 10]);
  });

  it('offers one class, and one half', async () => {
    expect(await namesOf(await listingOf({ only: ['automobile'], split: 'train' }))).toEqual([
      'data_batch_1.bin/0',
      'data_batch_2.bin/0',
    ]);
    expect(await namesOf(await listingOf({ only: ['cat', 'truck'] }))).toEqual([
      'data_batch_1.bin/1',
      'data_batch_1.bin/2',
    ]);
    await expect(listingOf({ only: ['car'] })).rejects.toThrow('CIFAR-10 has no "car", but airplane, automobile');
  });

  it('reads batches that are longer than it reads at once', async () => {
    const many = Uint8Array.from(Array.from({ length: 600 }, (_, index) => record(index % 10, index % 256)).flat());
    const pictures = await picturesOf(await listingOf({ only: ['truck'] }, { 'data_batch_1.bin': many }));
    expect(pictures).toHaveLength(60);
    expect(pictures.at(-1)?.name).toBe('data_batch_1.bin/599');
    expect(pictures.map(({ content }) => ('picture' in content ? content.picture.pixels[2] : -1))).toEqual(
      Array.from({ length: 60 }, (_, index) => (index * 10 + 9) % 256),
    );
  });

  it('tells of a batch that is cut off, and refuses one of other numbers', async () => {
    const listing = await listingOf({}, { 'data_batch_1.bin': files['data_batch_1.bin'].subarray(0, 2 * 3073 + 5) });
    expect(await namesOf(listing)).toHaveLength(2);
    expect(listing.unreadable).toEqual([{ name: 'data_batch_1.bin/2', reason: 'the file is cut off' }]);
    await expect(listingOf({}, { 'data_batch_1.bin': Uint8Array.from(record(10, 0)) })).rejects.toThrow(
      'is no batch of CIFAR-10: a class is over 9.',
    );
  });

  it('is found in the folder that its archive makes', async () => {
    const inside = { 'cifar-10-batches-bin/test_batch.bin': Uint8Array.from(record(1, 0)) };
    expect(await namesOf(await listingOf({}, inside))).toEqual(['test_batch.bin/0']);
  });
});
