import type { Context, MiddlewareHandler } from 'hono';
import { FreshcarError } from '../../../model/errors.ts';
import type { Meter } from '../meter.ts';

const tooLate = 'This took too long. The service may be busy or starting; try again in a few seconds.';

/** What a door may tell the app about one request. */
export interface RequestBindings {
  /** Milliseconds that this request may take, where the platform would cut it off soon after. */
  readonly timeLimit?: number;
  /** The address under which visitors reach the service, without a slash at its end, where it is known. */
  readonly publicUrl?: string | undefined;
  /** Takes what is to be called when the caller has hung up; it may be called late. */
  readonly onHangUp?: (listener: () => void) => void;
}

interface Variables {
  readonly signal: AbortSignal;
}

/** Aborted when nobody waits for the answer to this request any more. */
export function signalOf(context: Context): AbortSignal {
  return (context as Context<{ Variables: Variables }>).get('signal');
}

/**
 * Answers 503 when a request takes longer than its limit, so that a visitor hears the reason from the service before
 * the platform hangs up without one. Nothing is drawn any more for a request that is late or whose caller has hung up; a load
 * that was begun goes on: a model that was slow to load is there for the next request.
 *
 * @param usual Milliseconds for a request whose door names no limit.
 */
export function limitTime(
  usual: number,
  meter: Meter,
): MiddlewareHandler<{ Bindings: RequestBindings; Variables: Variables }> {
  return async (context, next) => {
    const abandon = new AbortController();
    context.set('signal', abandon.signal);
    context.env?.onHangUp?.(() => abandon.abort(new FreshcarError('timeout', 'The caller hung up.')));
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        meter('LateAnswers', 1);
        const error = new FreshcarError('timeout', tooLate);
        abandon.abort(error);
        reject(error);
      }, context.env?.timeLimit ?? usual);
    });
    await Promise.race([next(), late]).finally(() => clearTimeout(timer));
  };
}
