import { describe, expect, it } from 'vitest';
import { FreshcarError } from '../../../model/errors.ts';
import { retry, TransientError } from '../../../model/store/retry.ts';

/** A clock that only sleeping and freezing move. */
function simulated(budget: number) {
  const pauses: number[] = [];
  let time = 0;
  const sleep = async (milliseconds: number) => {
    pauses.push(milliseconds);
    time += milliseconds;
  };
  const freeze = (milliseconds: number) => {
    time += milliseconds;
  };
  return { pauses, freeze, options: { budget, firstPause: 100, now: () => time, sleep, random: () => 0.5 } };
}

it('doubles the bound of its pauses and stays within the budget', async () => {
  const { pauses, options } = simulated(1000);
  const fail = async () => {
    throw new TransientError('busy');
  };
  await expect(retry(fail, options)).rejects.toThrow('busy');
  // The next pause would be 800 and end after 1000 milliseconds.
  expect(pauses).toEqual([50, 100, 200, 400]);
});

it('returns the first success', async () => {
  const { pauses, options } = simulated(1000);
  let calls = 0;
  const work = async () => {
    calls += 1;
    if (calls < 3) throw new TransientError('busy');
    return calls;
  };
  expect(await retry(work, options)).toBe(3);
  expect(pauses).toEqual([50, 100]);
});

it('throws at once what will not pass by itself', async () => {
  const { pauses, options } = simulated(1000);
  const fail = async () => {
    throw new FreshcarError('unavailable', 'denied');
  };
  await expect(retry(fail, options)).rejects.toThrow('denied');
  expect(pauses).toEqual([]);
});

describe('a process that is frozen', () => {
  it('in an attempt has another one at once, whatever the clock says, as often as it happens', async () => {
    const { pauses, options, freeze } = simulated(1000);
    let calls = 0;
    const work = async () => {
      calls += 1;
      if (calls > 3) return calls;
      freeze(60_000);
      throw new TransientError('could not be read within 500 ms');
    };
    expect(await retry(work, options, 500)).toBe(4);
    expect(pauses).toEqual([]);
  });

  it('in a pause has its whole budget left', async () => {
    const { pauses, options, freeze } = simulated(1000);
    const sleep = async (milliseconds: number) => {
      await options.sleep(milliseconds);
      freeze(60_000);
    };
    const fail = async () => {
      throw new TransientError('busy');
    };
    await expect(retry(fail, { ...options, sleep }, 500)).rejects.toThrow('busy');
    expect(pauses).toEqual([50, 100, 200, 400]);
  });

  it('is told from an attempt that took the whole of its time', async () => {
    const { options, freeze } = simulated(1000);
    let calls = 0;
    const work = async () => {
      calls += 1;
      freeze(510);
      throw new TransientError('could not be read within 500 ms');
    };
    await expect(retry(work, options, 500)).rejects.toThrow('within 500 ms');
    expect(calls).toBe(2);
  });
});
