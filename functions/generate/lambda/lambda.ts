import { setTimeout as sleep } from 'node:timers/promises';
import { problemResponse } from '../http/problem.ts';
import type { RequestBindings } from '../http/time-limit.ts';
import type { ModelRegistry } from '../models/model-registry.ts';
import { refuse } from './admission.ts';
import { type HttpResult, readHttpEvent, requestFromEvent, resultFromResponse } from './http-event.ts';

/** What a warm-up is answered with. */
export interface WarmUpResult {
  readonly warm: true;
  readonly version: string;
}

/** The part of what AWS tells about an invocation that this service reads or logs. */
export interface InvocationContext {
  readonly awsRequestId: string;
  readonly functionName: string;
  readonly functionVersion: string;
  readonly invokedFunctionArn: string;
  readonly memoryLimitInMB: string;
  getRemainingTimeInMillis(): number;
}

export type LambdaHandler<Result = HttpResult | WarmUpResult> = (
  event: unknown,
  context: InvocationContext,
) => Promise<Result>;

export interface LambdaOptions {
  readonly app: { fetch(request: Request, bindings: RequestBindings): Response | Promise<Response> };
  readonly model: ModelRegistry;
  /** The address under which visitors reach the function, where it is known. */
  readonly publicUrl?: string | undefined;
  /** What a CDN before the API says in its header; without one every request is answered. */
  readonly originSecret?: string | undefined;
}

/** Milliseconds before the platform's own time-out at which the service answers that it was too slow. */
const answerBefore = 500;

/**
 * Milliseconds that an answer which is ready waits for what was begun meanwhile, such as a look at the pointer, some fifty once in
 * three minutes. What takes longer goes on with the next event.
 */
const settlingLimit = 2000;

/**
 * The function behind the HTTP API, or behind any other of AWS's doors. Every event that is no HTTP request (`{"warmup": true}`, a schedule's own event)
 * is a warm-up: it loads the model and, as far as its time goes, its alternates, and does nothing else.
 * `{"warmup": true, "hold": 500}` is answered after at least so many milliseconds, at most 5000: a copy that is busy leaves the next ping of a round to another copy.
 */
export function createLambdaHandler({ app, model, publicUrl, originSecret }: LambdaOptions): LambdaHandler {
  return async (event, context) => {
    const request = readRequest(event, originSecret);
    if (request === undefined) return (await Promise.all([warmUp(model, context), sleep(holdOf(event))]))[0];
    const response =
      request instanceof Response ? request : await app.fetch(request, { timeLimit: timeFor(context), publicUrl });
    const result = await resultFromResponse(response);
    // The platform freezes this process as soon as it has the result: nothing is to be under way then.
    await withinTime(model.idle(), Math.min(settlingLimit, timeFor(context)));
    return result;
  };
}

/** The request of an event; undefined where it is none, an answer where the app is not asked. */
function readRequest(event: unknown, originSecret: string | undefined): Request | Response | undefined {
  try {
    const read = readHttpEvent(event);
    return read && (refuse(read, originSecret) ?? requestFromEvent(read));
  } catch {
    return notHttp();
  }
}

function notHttp(): Response {
  const detail = 'This is not a request that HTTP knows.';
  return problemResponse({ status: 400, detail, code: 'invalid-input' });
}

/**
 * Nobody waits for a warm-up, so this is the time to follow the pointer, and to load what only the page asks for. As much of that as
 * the invocation has time for: once the model itself is there this copy is warm, and a load that takes longer goes on with the next
 * event.
 */
async function warmUp(model: ModelRegistry, context: InvocationContext): Promise<WarmUpResult> {
  await model.refresh();
  const result = await model.use(async ({ manifest }) => ({ warm: true as const, version: manifest.version }));
  await withinTime(
    model.loadAll().then(() => model.idle()),
    timeFor(context),
  );
  return result;
}

async function withinTime(work: Promise<unknown>, milliseconds: number): Promise<void> {
  const timer = new AbortController();
  await Promise.race([work, sleep(milliseconds, undefined, timer).catch(() => undefined)]);
  timer.abort();
}

/** Milliseconds that are left to answer in. */
function timeFor(context: InvocationContext): number {
  return Math.max(0, context.getRemainingTimeInMillis() - answerBefore);
}

/** Milliseconds that a warm-up keeps this copy busy. */
function holdOf(event: unknown): number {
  const hold = typeof event === 'object' && event !== null && 'hold' in event ? event.hold : 0;
  return typeof hold === 'number' && hold > 0 ? Math.min(hold, 5000) : 0;
}
