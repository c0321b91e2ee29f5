import { describe, expect, it } from 'vitest';
import { bulk, copiesAtOnce, measured, monthOfServing, total, training } from '../../../infra/costs/costs.ts';
import { tables } from '../../../infra/costs/costs-table.ts';
import { costOf } from '../../../infra/costs/prices.ts';
import { drawShard } from '../../../model/bulk/draw-shard.ts';
import { tarEnd } from '../../../model/bulk/tar.ts';
import { openModel } from '../../../model/open-model.ts';

describe('the cost of serving', () => {
  it('is what a calculation by hand says', () => {
    const million = monthOfServing(1_000_000);
    // 3 ms billed, 1769 of 1024 MB, and 8,640 pings in 30 days.
    expect(million['drawing (GB-seconds)']).toBeCloseTo((1_008_640 * 0.003 * 1769 * 0.0000166667) / 1024, 9);
    expect(million['HTTP API']).toBeCloseTo(1, 9);
    expect(million.logs).toBeCloseTo(0.525, 9);
    const billion = monthOfServing(1e9);
    // The first 300 million at a dollar, the others at 90 cents.
    expect(billion['HTTP API']).toBeCloseTo(930, 6);
    expect(billion['data out']).toBeCloseTo(306, 6);
  });

  it('is more for larger cars, by what they take longer and weigh more', () => {
    const [small, large] = [monthOfServing(1_000_000), monthOfServing(1_000_000, { imageSize: 128 })];
    // 3 and 9 ms billed; 3,400 and 29,300 bytes at 9 cents a GB.
    expect(large['drawing (GB-seconds)']).toBeCloseTo(3 * (small['drawing (GB-seconds)'] ?? 0), 9);
    expect(large['data out']).toBeCloseTo(29.3 * 0.09, 9);
    expect(total(large) - total(small)).toBeCloseTo(2 * (small['drawing (GB-seconds)'] ?? 0) + 25.9 * 0.09, 6);
  });

  it('grows by tiers that join without a step', () => {
    expect(costOf('gbOut', 10_000)).toBeCloseTo(900, 9);
    expect(costOf('gbOut', 10_001) - costOf('gbOut', 10_000)).toBeCloseTo(0.085, 9);
    expect(costOf('gbOut', 60_000)).toBeCloseTo(900 + 3400 + 700, 9);
  });

  it('is less with a cache in front, and with a smaller function', () => {
    expect(total(monthOfServing(1e9, { cached: 0.8 }))).toBeLessThan(total(monthOfServing(1e9)));
    expect(total(monthOfServing(1e9, { memory: 1024 }))).toBeLessThan(total(monthOfServing(1e9)));
  });
});

it('draws in bulk for what a calculation by hand says', () => {
  const million = bulk(1_000_000);
  expect(million['drawing (GB-seconds)']).toBeCloseTo((2150 * 1769 * 0.0000166667) / 1024, 6);
  expect(million['a month in S3']).toBeCloseTo(3.222 * 0.023, 9);
});

it('trains for what a calculation by hand says', () => {
  const { hours, costs } = training(800, 500);
  expect(hours).toBeCloseTo(400_000 / 95 / 3600, 9);
  expect(costs['on demand']).toBeCloseTo((hours + 5 / 60) * 0.4284, 9);
});

it('trains in a part of the hours where each step is faster, and pays for the start as before', () => {
  const { hours, costs } = training(800, 500, { speedup: 2.2 });
  expect(hours).toBeCloseTo(400_000 / 95 / 3600 / 2.2, 9);
  expect(costs['on demand']).toBeCloseTo((hours + 5 / 60) * 0.4284, 9);
});

it('needs 24 copies for the ten thousand requests a second that an HTTP API lets through', () => {
  expect(copiesAtOnce(10_000)).toBeCloseTo(24, 9);
});

describe('what the costs are calculated from', () => {
  it('is true of the shipped model: bytes of an answer and of a car in a shard', async () => {
    const { engine } = await openModel(undefined, 'onnx', () => undefined);
    const archive = await drawShard(engine, { shard: 0, first: 0, count: 256 }, 1);
    await engine.dispose();
    const inShard = (archive.length - tarEnd.length) / 256;
    expect(Math.abs(inShard / measured.shardCarBytes - 1)).toBeLessThan(0.02);
    // A header of 512 bytes and what fills the last block do not go over the wire, some 900 of HTTP's do.
    expect(Math.abs((inShard - 512 - 256 + 900) / measured.answerBytes - 1)).toBeLessThan(0.15);
  });
});

it('is printed as tables that Markdown reads', () => {
  const rows = tables()
    .split('\n')
    .filter((line) => line.startsWith('|'));
  expect(rows.length).toBeGreaterThan(20);
  expect(rows.every((line) => line.endsWith(' |'))).toBe(true);
  expect(tables()).not.toMatch(/NaN|undefined|Infinity/);
});
