import { describe, expect, it } from 'vitest';
import { describeLoad, load, refusalOf } from './load.ts';

const local = { url: 'http://localhost:3000/', rate: 20, seconds: 10 };

describe('a load test', () => {
  it.each([
    [local, false, undefined],
    [{ ...local, url: 'http://127.0.0.1:3000/' }, false, undefined],
    [{ ...local, url: 'http://[::1]:3000/' }, false, undefined],
    [{ ...local, url: 'https://cars.example.org/' }, false, 'is not this machine'],
    [{ ...local, url: 'http://localhost.example.org/' }, false, 'is not this machine'],
    [{ ...local, url: 'https://cars.example.org/' }, true, undefined],
    [{ ...local, url: 'file:///etc/' }, true, 'no address of a web service'],
    [{ ...local, rate: 501 }, true, '--rate has to be from 1 to 500'],
    [{ ...local, rate: Number.NaN }, true, '--rate'],
    [{ ...local, seconds: 301 }, true, '--seconds has to be from 1 to 300'],
  ])('of %j, own: %s, is refused: %s', (options, own, reason) => {
    const refusal = refusalOf(options, own);
    if (reason === undefined) expect(refusal).toBeUndefined();
    else expect(refusal).toContain(reason);
  });

  it('asks at a steady rate, whether answers come or not, and counts what came', async () => {
    let time = 0;
    const askedAt: number[] = [];
    const result = await load({
      ...local,
      rate: 4,
      seconds: 2,
      now: () => time,
      sleep: async (milliseconds) => {
        time += milliseconds;
      },
      fetch: async (url) => {
        askedAt.push(time);
        if (url.endsWith('/5.png')) throw new Error('lost');
        return new Response('', { status: url.endsWith('/6.png') ? 429 : 200 });
      },
    });
    expect(askedAt).toEqual([0, 250, 500, 750, 1000, 1250, 1500, 1750]);
    expect(result).toMatchObject({ sent: 8, statuses: { 200: 6, 429: 1, lost: 1 }, seconds: 1.75 });
    expect(result.times).toHaveLength(6);
  });

  it('tells the times by their order', () => {
    const times = Array.from({ length: 100 }, (_, at) => at + 1);
    const text = describeLoad({ sent: 100, statuses: { 200: 100 }, times, seconds: 10 });
    expect(text).toContain('10.0 cars a second; half of them within 51 ms, 95 of 100 within 96, 99 within 100.');
    expect(text).toContain('0.51 were under way at once');
  });
});
