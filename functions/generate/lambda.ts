import { type HttpResult, isHttpEvent, requestFromEvent, resultFromResponse } from './http-event.ts';
import type { ModelKeeper } from './model-keeper.ts';
import { problemResponse } from './problem.ts';

/** What a warm-up is answered with. */
export interface WarmUpResult {
  readonly warm: true;
  readonly version: string;
}

export interface LambdaOptions {
  readonly app: { fetch(request: Request): Response | Promise<Response> };
  readonly model: ModelKeeper;
}

/**
 * The function behind the HTTP API. Every event that is no HTTP request (`{"warmup": true}`, a schedule's own event)
 * is a warm-up: it loads the model and does nothing else.
 */
export function createLambdaHandler({
  app,
  model,
}: LambdaOptions): (event: unknown) => Promise<HttpResult | WarmUpResult> {
  return async (event) => {
    if (!isHttpEvent(event)) return warmUp(model);
    let request: Request;
    try {
      request = requestFromEvent(event);
    } catch {
      const detail = 'This is not a request that HTTP knows.';
      return resultFromResponse(problemResponse({ status: 400, detail, code: 'invalid-input' }));
    }
    return resultFromResponse(await app.fetch(request));
  };
}

/** Nobody waits for a warm-up, so this is the time to follow the pointer. */
async function warmUp(model: ModelKeeper): Promise<WarmUpResult> {
  await model.refresh();
  return model.use(async ({ manifest }) => ({ warm: true, version: manifest.version }));
}
