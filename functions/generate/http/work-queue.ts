import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { FreshcarError } from '../../../model/errors.ts';

/**
 * Drawing and encoding take the thread that asks, so everything that does either stands in one queue, whatever model it needs.
 * Work is done in short steps, and before each of them the queue looks who has least left to do: a car never waits for
 * a sheet, only for a step of it. What nobody waits for any more is left undone.
 */

/** Something to be done in steps. */
export interface Work<Result> {
  /** How much it is, in pixels of cars to draw. */
  readonly size: number;
  /** Yields what is left after each step but the last; no step should take longer than some milliseconds. */
  steps(): AsyncGenerator<number, Result>;
}

export interface WorkQueue {
  /**
   * Does some work when its turns have come.
   *
   * @param signal Aborted when nobody waits for it any more; what it is aborted with is thrown.
   * @throws FreshcarError `busy`, at once, when too much is waiting already; and whatever the work throws.
   */
  run<Result>(work: Work<Result>, signal?: AbortSignal): Promise<Result>;
}

export interface WorkQueueOptions {
  /** How many pixels may wait at most; the default is what one core draws in about ten seconds. */
  readonly limit?: number;
  /** Milliseconds from any fixed moment. */
  readonly now?: () => number;
}

/** Work of up to so many pixels is small: single cars of any model. */
const smallWork = 2 ** 14;

/** The share of the queue's room that is left to small work, however many sheets are asked for. */
const roomForSmall = 0.5;

/** The share of the time that the oldest work gets where others have less left: a sheet is finished under any load of cars. */
const shareOfOldest = 0.2;
/** It gets that in turns: after a turn others may have so many milliseconds more than their share before the next one. */
const longestDebt = 100;

/**
 * Who asks for one car after the other does so within this many milliseconds, and where one request has come others follow. Large
 * work is not gone on with before, since all of them would wait for a step of it; node:cluster hands over one connection a turn.
 */
const anticipation = 2;

interface Entry {
  readonly small: boolean;
  left: number;
  /** Does a step; returns what is left, undefined when it is done. Never rejects. */
  step(): Promise<number | undefined>;
}

export function createWorkQueue(options: WorkQueueOptions = {}): WorkQueue {
  const { limit = 2 ** 23, now = () => performance.now() } = options;
  /** In the order of arrival. */
  const entries = new Set<Entry>();
  let waiting = 0;
  let working = false;
  /** Milliseconds that are owed to the oldest work; less than 0 when it had more than its share. */
  let owed = 0;
  /** When a request came, or a small one was done. */
  let lastEvent = Number.NEGATIVE_INFINITY;
  let arrived = () => {};

  const leave = (entry: Entry) => {
    if (entries.delete(entry)) waiting -= entry.left;
  };
  const spentOnOthers = (milliseconds: number) => {
    owed += (milliseconds * shareOfOldest) / (1 - shareOfOldest);
  };

  const choose = (): Entry | undefined => {
    const [oldest] = entries;
    if (oldest === undefined || owed > 0) return oldest;
    let least = oldest;
    for (const entry of entries) if (entry.left < least.left) least = entry;
    return least;
  };

  const takeStep = async (entry: Entry) => {
    const [oldest] = entries;
    const start = now();
    const left = await entry.step();
    const end = now();
    if (entry === oldest) owed = Math.max(-longestDebt * shareOfOldest, owed - (end - start));
    else spentOnOthers(end - start);
    if (left === undefined) {
      if (entry.small) lastEvent = end;
      return leave(entry);
    }
    if (entries.has(entry)) waiting += left - entry.left;
    entry.left = left;
  };

  /** Whether another request is worth waiting for before this is gone on with. */
  const isEarly = (entry: Entry) => !entry.small && owed <= 0 && now() - lastEvent < anticipation;
  const awaitArrival = async () => {
    const start = now();
    const timer = new AbortController();
    const arrival = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    const nothing = sleep(anticipation, true, timer).catch(() => undefined);
    if (await Promise.race([arrival, nothing])) lastEvent = Number.NEGATIVE_INFINITY;
    timer.abort();
    spentOnOthers(now() - start);
  };

  const workOff = async () => {
    working = true;
    for (let entry = choose(); entry !== undefined; entry = choose()) {
      if (isEarly(entry)) await awaitArrival();
      else await takeStep(entry);
      // Requests that arrived meanwhile are read now, and have their say in what comes next; so have those who hung up.
      await nextTurn();
    }
    owed = 0;
    working = false;
  };

  return {
    run: ({ size, steps }, signal) =>
      new Promise((resolve, reject) => {
        lastEvent = now();
        arrived();
        if (signal?.aborted) return reject(signal.reason);
        const small = size <= smallWork;
        if (waiting + size > limit * (small ? 1 : 1 - roomForSmall)) return reject(tooBusy());
        const running = steps();
        const step = () =>
          running.next().then(
            ({ done, value }) => (done ? void resolve(value) : value),
            (error) => void reject(error),
          );
        const entry: Entry = { small, left: size, step };
        entries.add(entry);
        waiting += size;
        signal?.addEventListener('abort', () => {
          leave(entry);
          reject(signal.reason);
        });
        if (!working) void workOff();
      }),
  };
}

function tooBusy(): FreshcarError {
  return new FreshcarError(
    'busy',
    'More cars are asked for at once than can be drawn soon. Try again in a few seconds.',
  );
}
