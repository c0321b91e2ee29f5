import { FreshcarError } from '../../../model/errors.ts';
import type { Log } from '../log.ts';
import { asUnavailable, reasonFields, type ServedModel, type SharedModel, shareModel } from './served-model.ts';

export interface NamedModelsOptions {
  /** @throws FreshcarError `not-found` when there is no such version. */
  readonly load: (version: string) => Promise<ServedModel>;
  readonly log: Log;
  /** Milliseconds from any fixed moment. */
  readonly now: () => number;
  /** Whether a version is an alternate now; such a model is kept whatever else is asked for, and is not there by a stranger's guess. */
  readonly isAlternate?: (version: string) => boolean;
  /** Whether a version is the one that serves where none is named: whoever has that keeps it, so there is no second one here. */
  readonly isCurrent?: (version: string) => boolean;
  /** How many models are kept that are no alternates; default 2. */
  readonly capacity?: number;
}

/** Versions are asked for by strangers: a name that nothing answers to is not looked up again for this long. */
const unknownFor = 60_000;
/** And no more than this many such names are remembered. */
const unknownLimit = 1000;
/** An alternate that could not be loaded is not tried again for this long, however many ask for it. */
const failedFor = 60_000;

/** Models asked for by name. Of those that are no alternates the least recently used make room. */
export interface NamedModels {
  /**
   * @throws FreshcarError `not-found` when there is no such version, unless it is an alternate; `unavailable` or `damaged-bundle` when
   * it cannot be loaded; for an alternate the same error for a minute, without another load.
   */
  take(version: string): Promise<SharedModel>;
  /** Whether an alternate could not be loaded the last time. */
  isFailing(version: string): boolean;
  /** Begins to load those again whose minute is over; waits for none. */
  retryFailing(): void;
  /** Lets go what has no place here any more. To be called after each change of what is current or an alternate. */
  trim(): void;
}

/** Why a load failed, and when it may be tried again. */
interface Failure {
  readonly error: FreshcarError;
  readonly until: number;
}

export function createNamedModels(options: NamedModelsOptions): NamedModels {
  const { load, log, now, isAlternate = () => false, isCurrent = () => false, capacity = 2 } = options;
  // Maps keep the order of insertion, so the first entry is always the oldest.
  const models = new Map<string, SharedModel>();
  const unknown = new Map<string, number>();
  const failed = new Map<string, Failure>();
  /** Kept apart, so that asking for what does not exist takes no place from what does. */
  const loading = new Map<string, Promise<SharedModel>>();

  const keep = (version: string, model: SharedModel) => {
    models.delete(version);
    models.set(version, model);
    trim();
    return model;
  };

  const trim = () => {
    const others = [...models.keys()].filter((version) => !isAlternate(version) && !isCurrent(version));
    const oldest = others.slice(0, Math.max(0, others.length - capacity));
    for (const version of [...models.keys()].filter(isCurrent).concat(oldest)) {
      models.get(version)?.retire();
      models.delete(version);
    }
    for (const version of [...failed.keys()].filter((version) => !isAlternate(version))) failed.delete(version);
  };

  const loadShared = async (version: string) => {
    try {
      const model = shareModel(await load(version));
      failed.delete(version);
      return keep(version, model);
    } catch (error) {
      throw isAlternate(version) ? rememberFailure(version, error) : explainStranger(version, error);
    } finally {
      loading.delete(version);
    }
  };

  const rememberFailure = (version: string, reason: unknown) => {
    log.error('An alternate model could not be loaded.', { version, ...reasonFields(reason) });
    const error = asUnavailable(reason);
    failed.set(version, { error, until: now() + failedFor });
    return error;
  };
  const explainStranger = (version: string, reason: unknown) => {
    if (reason instanceof FreshcarError && reason.code === 'not-found') {
      rememberUnknown(version);
      return noSuchModel(version);
    }
    log.error('A model asked for by name could not be loaded.', { version, ...reasonFields(reason) });
    return asUnavailable(reason);
  };

  const rememberUnknown = (version: string) => {
    unknown.delete(version);
    unknown.set(version, now() + unknownFor);
    const [oldest] = unknown.keys();
    if (unknown.size > unknownLimit && oldest !== undefined) unknown.delete(oldest);
  };
  const isUnknown = (version: string) =>
    (unknown.get(version) ?? Number.NEGATIVE_INFINITY) > now() && !isAlternate(version);

  const isFailing = (version: string) => failed.has(version);

  const take = async (version: string) => {
    if (isUnknown(version)) throw noSuchModel(version);
    const model = models.get(version);
    if (model) return keep(version, model);
    const failure = failed.get(version);
    if (failure && failure.until > now()) throw failure.error;
    const started = loading.get(version) ?? loadShared(version);
    loading.set(version, started);
    return started;
  };

  return {
    take,
    trim,
    isFailing,
    retryFailing() {
      for (const version of failed.keys()) take(version).catch(() => undefined);
    },
  };
}

function noSuchModel(version: string): FreshcarError {
  return new FreshcarError('not-found', `There is no model ${JSON.stringify(version)}.`);
}
