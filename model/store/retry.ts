import { FreshcarError } from '../errors.ts';

/** How long and how often a failed call is tried again. Everything is in milliseconds. */
export interface RetryOptions {
  /** No new attempt begins after this long, time in which the process was frozen left out. */
  readonly budget: number;
  /** The pause before the second attempt is at most this; it doubles each time. */
  readonly firstPause: number;
  readonly now: () => number;
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

export const defaultRetry: RetryOptions = {
  budget: 6000,
  firstPause: 100,
  now: () => performance.now(),
  sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
  random: Math.random,
};

/** An error that the same call may not meet again: a busy server, a lost connection. */
export class TransientError extends FreshcarError {
  constructor(message: string, options?: { cause?: unknown }) {
    super('unavailable', message, options);
    this.name = 'TransientError';
  }
}

/** Milliseconds by which the end of an attempt is at most late where its process runs. */
const latest = 500;

/**
 * Calls `work` until it succeeds, fails for good, or the budget is spent; then the last error is thrown.
 * The pauses are drawn from zero to their bound ("full jitter"), so that many functions which failed together do not
 * come back together.
 *
 * An attempt that took much longer than its own time-out was frozen with its process, as AWS freezes functions between two events. It
 * says nothing about the other side, costs nothing of the budget, and is made again at once.
 *
 * @param timeout Milliseconds after which an attempt gives up by itself.
 */
export async function retry<T>(
  work: () => Promise<T>,
  options: RetryOptions,
  timeout = Number.POSITIVE_INFINITY,
): Promise<T> {
  let spent = 0;
  for (let bound = options.firstPause; ; bound *= 2) {
    const begun = options.now();
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof TransientError)) throw error;
      const took = options.now() - begun;
      if (took > timeout + latest) continue;
      const pause = options.random() * bound;
      // The pause as it was meant: a freeze may fall into it too.
      spent += took + pause;
      if (spent >= options.budget) throw error;
      await options.sleep(pause);
    }
  }
}
