import type { Manifest } from '../../../model/bundle/manifest.ts';
import type { Directions } from '../../../model/directions/directions.ts';
import type { Engine } from '../../../model/engine/engine.ts';
import { errorCodes, FreshcarError } from '../../../model/errors.ts';
import { latentsFromSeeds } from '../../../model/latent.ts';

/** A model that is ready to draw. */
export interface ServedModel {
  readonly manifest: Manifest;
  readonly engine: Engine;
  /** How to change one thing about its cars, where its bundle says that. */
  readonly directions?: Directions | undefined;
  /** Reads one of the files that the manifest lists, checked; absent where there are no files. */
  readonly readFile?: (name: string) => Promise<Uint8Array>;
}

/** A model that many requests use at once, and that is disposed of when it is no longer wanted and the last is done. */
export interface SharedModel {
  readonly model: ServedModel;
  use<Result>(work: (model: ServedModel) => Promise<Result>): Promise<Result>;
  /** Says that it is no longer wanted. Whoever took it just before may still use it. */
  retire(): void;
}

export function shareModel(model: ServedModel): SharedModel {
  let users = 0;
  let retired = false;
  let disposed = false;
  const dispose = () => {
    if (users > 0 || disposed) return;
    disposed = true;
    model.engine.dispose().catch(() => undefined);
  };
  const disposeWhenIdle = () => {
    // Not at once: a request that was handed this model begins its use before the next turn of the event loop.
    if (retired && users === 0) setImmediate(dispose);
  };
  return {
    model,
    async use(work) {
      users += 1;
      try {
        return await work(model);
      } finally {
        users -= 1;
        disposeWhenIdle();
      }
    },
    retire() {
      retired = true;
      disposeWhenIdle();
    },
  };
}

/**
 * Draws one car, so that a model which loads but cannot draw is never served.
 *
 * @throws FreshcarError `damaged-bundle` when the picture has the wrong size or one colour only.
 */
export async function tryModel({ manifest, engine }: ServedModel): Promise<void> {
  const pixels = await engine.draw(latentsFromSeeds([0], engine.latentSize));
  const wanted = engine.imageSize ** 2 * 3;
  const plain = pixels.every((value) => value === pixels[0]);
  if (pixels.length === wanted && !plain) return;
  const what = plain ? 'a picture of one colour' : `${pixels.length} bytes instead of ${wanted}`;
  throw new FreshcarError('damaged-bundle', `The model ${manifest.version} draws ${what}; it is not served.`);
}

/** A model that is missing is nothing that the visitor asked for wrongly: whatever stopped a load is a 503. */
export function asUnavailable(error: unknown): FreshcarError {
  if (error instanceof FreshcarError && errorCodes[error.code].status === 503) return error;
  return new FreshcarError('unavailable', 'The model could not be loaded.', { cause: error });
}

/** The fields of a log line that tell why a model could not be loaded. */
export function reasonFields(error: unknown): Record<string, unknown> {
  if (error instanceof FreshcarError) return { code: error.code, reason: error.message };
  return { reason: error instanceof Error ? (error.stack ?? error.message) : String(error) };
}
