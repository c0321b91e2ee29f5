import { describe, expect, it } from 'vitest';
import { createWorkQueue, type Work } from '../../../../functions/generate/http/work-queue.ts';

/** A clock that only the steps move on, and the names of the steps in the order in which they were taken. */
function world() {
  const clock = { time: 0 };
  const taken: string[] = [];
  /** Work of so many steps of a size and a duration each. */
  const work = (name: string, steps: number, { size = 20_000, duration = 1 } = {}): Work<string> => ({
    size: steps * size,
    async *steps() {
      for (let left = steps - 1; ; left--) {
        clock.time += duration;
        taken.push(name);
        if (left === 0) return name;
        yield left * size;
      }
    },
  });
  return { clock, taken, work, now: () => clock.time };
}

const small = { size: 1000 };
const counted = (names: readonly string[], name: string) => names.filter((other) => other === name).length;

describe('the work queue', () => {
  it('does who has least left first, whoever came first', async () => {
    const { work, now } = world();
    const queue = createWorkQueue({ now });
    const ended: string[] = [];
    const run = (name: string, steps: number) => queue.run(work(name, steps)).then((end) => ended.push(end));
    await Promise.all([run('large', 9), run('middle', 4), run('small', 2), run('also small', 2)]);
    expect(ended).toEqual(['small', 'also small', 'middle', 'large']);
  });

  it('goes on with what was begun only where nothing shorter has come', async () => {
    const { work, taken, now } = world();
    const queue = createWorkQueue({ now });
    const large = queue.run(work('large', 10));
    await queue.run(work('car', 1, small));
    expect(counted(taken, 'large')).toBeLessThanOrEqual(2);
    await large;
    expect(counted(taken, 'large')).toBe(10);
  });

  it('finishes the oldest under any load of shorter work, with a fifth of the time', async () => {
    const { work, clock, now } = world();
    const queue = createWorkQueue({ now });
    let ended = false;
    const large = queue.run(work('large', 40, { duration: 5 })).then(() => {
      ended = true;
    });
    const cars = async () => {
      while (!ended) await queue.run(work('car', 1, small));
    };
    await Promise.all([large, cars(), cars(), cars()]);
    // 200 ms of its own at a fifth of the time.
    expect(clock.time).toBeGreaterThan(700);
    expect(clock.time).toBeLessThan(1200);
  });

  it('leaves undone what nobody waits for any more, and throws what it was given up with', async () => {
    const { work, taken, now } = world();
    const queue = createWorkQueue({ now });
    const given = new AbortController();
    const abandoned = queue.run(work('sheet', 100), given.signal);
    const before = queue.run(work('never begun', 1), AbortSignal.abort(new Error('gone before')));
    await expect(before).rejects.toThrow('gone before');
    given.abort(new Error('gone'));
    await expect(abandoned).rejects.toThrow('gone');
    await queue.run(work('car', 1, small));
    expect(counted(taken, 'sheet')).toBeLessThanOrEqual(1);
    expect(taken).not.toContain('never begun');
  });

  it('refuses at once what cannot be done soon, keeps room for single cars, and makes room when something is given up', async () => {
    const { work, now } = world();
    const queue = createWorkQueue({ now, limit: 200_000 });
    const given = new AbortController();
    const first = queue.run(work('sheet', 4), given.signal);
    const second = queue.run(work('sheet', 2));
    await expect(second).rejects.toMatchObject({ code: 'busy' });
    expect(await queue.run(work('car', 1, small))).toBe('car');
    given.abort(new Error('gone'));
    await expect(first).rejects.toThrow('gone');
    expect(await queue.run(work('other sheet', 4))).toBe('other sheet');
  });

  it('refuses single cars too when there are too many', async () => {
    const { work, now } = world();
    const queue = createWorkQueue({ now, limit: 5000 });
    const asked = Array.from({ length: 8 }, () => queue.run(work('car', 1, small)));
    const outcomes = await Promise.allSettled(asked);
    expect(outcomes.map(({ status }) => status)).toEqual([...Array(5).fill('fulfilled'), ...Array(3).fill('rejected')]);
  });

  it('waits a moment for the next car of who asks for one after the other, before it goes on with a sheet', async () => {
    const { work, taken, now } = world();
    const queue = createWorkQueue({ now });
    const large = queue.run(work('sheet', 3, { duration: 20 }));
    for (let car = 0; car < 20; car++) await queue.run(work('car', 1, small));
    expect(counted(taken, 'sheet')).toBe(1);
    await large;
  });

  it('throws what the work throws, and goes on', async () => {
    const { work, now } = world();
    const queue = createWorkQueue({ now });
    const broken: Work<string> = {
      size: 1,
      // biome-ignore lint/correctness/useYield: it breaks before its first step is done.
      async *steps() {
        throw new RangeError('off by one');
      },
    };
    await expect(queue.run(broken)).rejects.toThrow('off by one');
    expect(await queue.run(work('car', 1))).toBe('car');
  });
});
