import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bulkRequestSchema, differences, makePlan, planId, shardName, shardsOf } from '../../../model/bulk/plan.ts';

const model = { version: 'fronts-32-1', sha256: 'a'.repeat(64), imageSize: 32 };
const plan = (request: Parameters<typeof bulkRequestSchema.parse>[0], imageSize = 32) =>
  makePlan(bulkRequestSchema.parse(request), { ...model, imageSize });

describe('a plan', () => {
  it('cuts a million cars into a hundred shards', () => {
    const shards = shardsOf(plan({ count: 1_000_000, firstSeed: 5 }));
    expect(shards).toHaveLength(100);
    expect(shards[99]).toEqual({ shard: 99, first: 990_005, count: 10_000 });
    expect(shardName(99)).toBe('cars-000099.tar');
  });

  it('has every seed once, in order, whatever the numbers', () => {
    const numbers = { count: fc.integer({ min: 1, max: 3000 }), shardSize: fc.integer({ min: 1, max: 500 }) };
    fc.assert(
      fc.property(fc.record({ ...numbers, firstSeed: fc.integer({ min: 0, max: 4_294_960_000 }) }), (request) => {
        const seeds = shardsOf(plan(request)).flatMap(({ first, count }) =>
          Array.from({ length: count }, (_, at) => first + at),
        );
        expect(seeds).toEqual(Array.from({ length: request.count }, (_, at) => request.firstSeed + at));
      }),
    );
  });

  it('makes shards of large cars smaller by itself', () => {
    // 64 MB of 128 * 128 * 3 bytes each.
    expect(plan({ count: 10_000 }, 128).shardSize).toBe(1365);
    expect(plan({ count: 10_000 }).shardSize).toBe(10_000);
  });

  it('goes up to the last seed, and to a hundred thousand shards', () => {
    expect(shardsOf(plan({ count: 2, firstSeed: 4294967294 }))).toEqual([{ shard: 0, first: 4294967294, count: 2 }]);
    expect(shardsOf(plan({ count: 100_000, shardSize: 1 }))).toHaveLength(100_000);
    expect(() => plan({ count: 100_001, shardSize: 1 })).toThrow('100001 shards are too many');
  });

  it.each([
    [{ count: 2, firstSeed: 4294967295 }, /there are 1 seeds, not 2/],
    [{ count: 10, shardSize: 21_846 }, /holds at most 21845 cars of 32 pixels/],
    [{ count: 1_000_000, shardSize: 1 }, /1000000 shards are too many/],
  ])('refuses %j in a sentence', (request, sentence) => {
    expect(() => plan(request)).toThrow(sentence);
  });

  it('says where a request asks for something else, and nothing where it leaves that open', () => {
    const resolved = plan({ count: 100, shardSize: 10 });
    const ask = (request: object) => differences(bulkRequestSchema.parse({ count: 100, ...request }), resolved);
    expect(ask({})).toEqual([]);
    expect(ask({ shardSize: 10, model: 'fronts-32-1', truncation: 1 })).toEqual([]);
    expect(ask({ count: 99, firstSeed: 1, truncation: 0.5, model: 'other' })).toEqual([
      'its count is 100',
      'its firstSeed is 0',
      'its truncation is 1',
      'its model is fronts-32-1',
    ]);
  });

  it('is the same whatever the order of its members, and another for another model', () => {
    const one = plan({ count: 100 });
    const turned = Object.fromEntries(Object.entries(one).reverse()) as typeof one;
    expect(planId(turned)).toBe(planId(one));
    expect(planId({ ...one, model: { ...model, sha256: 'b'.repeat(64) } })).not.toBe(planId(one));
  });
});
