import { describe, expect, it } from 'vitest';
import { batches, mapAhead } from '../../../../model/dataset/prepare/map-ahead.ts';

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

describe('batches', () => {
  it('keeps the order, and the last may be smaller', async () => {
    expect(await collect(batches([1, 2, 3, 4, 5], 2))).toEqual([[1, 2], [3, 4], [5]]);
    expect(await collect(batches([], 2))).toEqual([]);
  });
});

describe('mapAhead', () => {
  it('gives results in the order of the items, whichever is done first, with no more than allowed under way', async () => {
    let [underWay, most, read] = [0, 0, 0];
    const finish: (() => void)[] = [];
    const items = async function* () {
      for (; read < 20; read++) yield read;
    };
    const work = async (item: number) => {
      most = Math.max(most, ++underWay);
      // The newest is done first, as soon as there are three or no more come.
      await new Promise<void>((resolve) => {
        finish.push(resolve);
        if (finish.length >= 3 || item >= 17) for (const done of finish.splice(0).reverse()) done();
      });
      underWay--;
      return item * 10;
    };
    const results: number[] = [];
    for await (const result of mapAhead(items(), 3, work)) {
      expect(read).toBeLessThanOrEqual(results.length + 3);
      results.push(result);
    }
    expect(results).toEqual(Array.from({ length: 20 }, (_, item) => item * 10));
    expect(most).toBe(3);
  });

  it('fails when the work on an item does, in its turn', async () => {
    const results: number[] = [];
    const failing = mapAhead(batches([1, 2, 3, 4], 1), 4, async ([item = 0]) => {
      if (item === 3) throw new Error('no three');
      return item;
    });
    const all = async () => {
      for await (const result of failing) results.push(result);
    };
    await expect(all()).rejects.toThrow('no three');
    expect(results).toEqual([1, 2]);
  });
});
