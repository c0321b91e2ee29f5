import type { MiddlewareHandler } from 'hono';
import type { Meter } from '../meter.ts';
import { problemResponse } from './problem.ts';

/** What a door may tell the app about one request. */
export interface RequestBindings {
  /** Milliseconds that this request may take, where the platform would cut it off soon after. */
  readonly timeLimit?: number;
}

/**
 * Answers 503 when a request takes longer than its limit, so that a visitor hears the reason from the service before
 * the platform hangs up without one. What was begun goes on: a model that was slow to load is there for the next request.
 *
 * @param usual Milliseconds for a request whose door names no limit.
 */
export function limitTime(usual: number, meter: Meter): MiddlewareHandler<{ Bindings: RequestBindings }> {
  return async (context, next) => {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<'late'>((resolve) => {
      timer = setTimeout(resolve, context.env?.timeLimit ?? usual, 'late');
    });
    const first = await Promise.race([next(), late]);
    clearTimeout(timer);
    if (first !== 'late') return;
    meter('LateAnswers', 1);
    context.res = tooLate();
  };
}

function tooLate(): Response {
  const detail = 'This took too long. The service may be starting; try again in a few seconds.';
  return problemResponse({ status: 503, detail, code: 'timeout' }, { 'Retry-After': '5' });
}
