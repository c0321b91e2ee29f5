import { FreshcarError } from '../../../model/errors.ts';
import type { Log } from '../log.ts';
import { asUnavailable, reasonFields, type ServedModel, type SharedModel, shareModel } from './served-model.ts';

export interface NamedModelsOptions {
  readonly load: (version: string) => Promise<ServedModel>;
  readonly log: Log;
  /** Milliseconds from any fixed moment. */
  readonly now: () => number;
  /** Whether a version may be asked for by name now: so few may that all of them are kept once they are loaded. */
  readonly isServed: (version: string) => boolean;
  /** Whether a version is an alternate: then it has to be there. One that was served before may have been deleted since. */
  readonly isAlternate: (version: string) => boolean;
  /** Whether a version is the one that serves where none is named: whoever has that keeps it, so there is no second one here. */
  readonly isCurrent: (version: string) => boolean;
}

/** An alternate that could not be loaded, or what is not there, is not tried again for this long, however many ask for it. */
const failedFor = 60_000;

/** Models asked for by name. */
export interface NamedModels {
  /**
   * @param version One that may be asked for by name.
   * @throws FreshcarError `unavailable` or `damaged-bundle` when it cannot be loaded, `not-found` when it is no alternate and
   * not there. For a minute the same error, without another load, of one that is an alternate or was not found.
   */
  take(version: string): Promise<SharedModel>;
  /** Whether a model could not be loaded the last time. */
  isFailing(version: string): boolean;
  /** Begins to load those again whose minute is over; waits for none. */
  retryFailing(): void;
  /** Lets go what has no place here any more. To be called after each change of what is current or served. */
  trim(): void;
}

/** Why a load failed, and when it may be tried again. */
interface Failure {
  readonly error: FreshcarError;
  readonly until: number;
}

export function createNamedModels(options: NamedModelsOptions): NamedModels {
  const { load, log, now, isServed, isAlternate, isCurrent } = options;
  const models = new Map<string, SharedModel>();
  const failed = new Map<string, Failure>();
  const loading = new Map<string, Promise<SharedModel>>();

  const trim = () => {
    for (const [version, model] of models) {
      if (isServed(version) && !isCurrent(version)) continue;
      model.retire();
      models.delete(version);
    }
    for (const [version, { error }] of failed)
      if (!isAlternate(version) || error.code === 'not-found') failed.delete(version);
  };

  const loadShared = async (version: string) => {
    try {
      const model = shareModel(await load(version));
      failed.delete(version);
      models.set(version, model);
      // It may have been withdrawn while it was loaded.
      trim();
      return model;
    } catch (reason) {
      const error = explain(version, reason);
      if (isAlternate(version) || error.code === 'not-found') failed.set(version, { error, until: now() + failedFor });
      throw error;
    } finally {
      loading.delete(version);
    }
  };

  const explain = (version: string, reason: unknown) => {
    const fields = { version, ...reasonFields(reason) };
    if (isAlternate(version)) log.error('An alternate model could not be loaded.', fields);
    else if (reason instanceof FreshcarError && reason.code === 'not-found') return noSuchModel(version);
    else log.error('A model asked for by name could not be loaded.', fields);
    return asUnavailable(reason);
  };

  const take = async (version: string) => {
    const model = models.get(version);
    if (model) return model;
    const failure = failed.get(version);
    if (failure && failure.until > now()) throw failure.error;
    const started = loading.get(version) ?? loadShared(version);
    loading.set(version, started);
    return started;
  };

  return {
    take,
    trim,
    isFailing: (version) => failed.has(version),
    retryFailing() {
      for (const version of failed.keys()) take(version).catch(() => undefined);
    },
  };
}

export function noSuchModel(version: string): FreshcarError {
  return new FreshcarError('not-found', `There is no model ${JSON.stringify(version)}.`);
}
