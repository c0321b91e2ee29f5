import { FreshcarError } from '../errors.ts';

/** How long and how often a failed call is tried again. Everything is in milliseconds. */
export interface RetryOptions {
  /** No new attempt begins after this long. */
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

/**
 * Calls `work` until it succeeds, fails for good, or the budget is spent; then the last error is thrown.
 * The pauses are drawn from zero to their bound ("full jitter"), so that many functions which failed together do not
 * come back together.
 */
export async function retry<T>(work: () => Promise<T>, options: RetryOptions): Promise<T> {
  const start = options.now();
  for (let bound = options.firstPause; ; bound *= 2) {
    try {
      return await work();
    } catch (error) {
      const pause = options.random() * bound;
      const spent = options.now() - start + pause;
      if (!(error instanceof TransientError) || spent >= options.budget) throw error;
      await options.sleep(pause);
    }
  }
}
