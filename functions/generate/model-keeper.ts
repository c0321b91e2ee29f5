import type { Manifest } from '../../model/bundle/manifest.ts';
import type { Engine } from '../../model/engine/engine.ts';
import { errorCodes, FreshcarError } from '../../model/errors.ts';
import type { Log } from './log.ts';

/** A model that is ready to draw. */
export interface ServedModel {
  readonly manifest: Manifest;
  readonly engine: Engine;
}

export interface ModelKeeper {
  /**
   * Lends the model to `work`, loading it first when that has not been done yet. However many wait, there is one load;
   * a failed load is logged, thrown to all who waited for it, and tried again by the next call.
   */
  use<Result>(work: (model: ServedModel) => Promise<Result>): Promise<Result>;
}

export interface ModelKeeperOptions {
  readonly load: () => Promise<ServedModel>;
  readonly log: Log;
  /** Milliseconds from any fixed moment. */
  readonly now: () => number;
}

/** Keeps one model for all requests. */
export function createModelKeeper({ load, log, now }: ModelKeeperOptions): ModelKeeper {
  let loading: Promise<ServedModel> | undefined;

  const loadAndTell = async () => {
    const start = now();
    try {
      const model = await load();
      const milliseconds = Math.round(now() - start);
      log.info('The model is loaded.', { version: model.manifest.version, milliseconds });
      return model;
    } catch (error) {
      loading = undefined;
      log.error('The model could not be loaded.', describe(error));
      throw asUnavailable(error);
    }
  };

  return {
    async use(work) {
      loading ??= loadAndTell();
      return work(await loading);
    },
  };
}

/** A model that is missing is nothing that the visitor asked for wrongly: whatever stopped the load is a 503. */
function asUnavailable(error: unknown): FreshcarError {
  if (error instanceof FreshcarError && errorCodes[error.code].status === 503) return error;
  return new FreshcarError('unavailable', 'The model could not be loaded.', { cause: error });
}

function describe(error: unknown): Record<string, unknown> {
  if (error instanceof FreshcarError) return { code: error.code, reason: error.message };
  return { reason: error instanceof Error ? (error.stack ?? error.message) : String(error) };
}
