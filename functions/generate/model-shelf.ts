import { FreshcarError } from '../../model/errors.ts';
import type { Log } from './log.ts';
import { asUnavailable, reasonFields, type ServedModel, type SharedModel, shareModel } from './served-model.ts';

export interface ModelShelfOptions {
  /** @throws FreshcarError `not-found` when there is no such version. */
  readonly load: (version: string) => Promise<ServedModel>;
  readonly log: Log;
  /** Milliseconds from any fixed moment. */
  readonly now: () => number;
  /** Whether a version is offered now; such a model is kept whatever else is asked for, and is not there by a stranger's guess. */
  readonly isOffered?: (version: string) => boolean;
  /** How many models are kept that are not offered; default 2. */
  readonly capacity?: number;
}

/** Versions are asked for by strangers: a name that nothing answers to is not looked up again for this long. */
const unknownFor = 60_000;
/** And no more than this many such names are remembered. */
const unknownLimit = 1000;

/** Models asked for by name. Of those that are not offered the least recently used make room. */
export interface ModelShelf {
  /**
   * @throws FreshcarError `not-found` when there is no such version, unless it is offered; `unavailable` or `damaged-bundle` when
   * it cannot be loaded.
   */
  take(version: string): Promise<SharedModel>;
}

export function createModelShelf(options: ModelShelfOptions): ModelShelf {
  const { load, log, now, isOffered = () => false, capacity = 2 } = options;
  // Maps keep the order of insertion, so the first entry is always the oldest.
  const models = new Map<string, SharedModel>();
  const unknown = new Map<string, number>();
  /** Kept apart, so that asking for what does not exist takes no place from what does. */
  const loading = new Map<string, Promise<SharedModel>>();

  const keep = (version: string, model: SharedModel) => {
    models.delete(version);
    models.set(version, model);
    const others = [...models].filter(([name]) => !isOffered(name));
    for (const [name, oldest] of others.slice(0, Math.max(0, others.length - capacity))) {
      models.delete(name);
      oldest.retire();
    }
    return model;
  };

  const loadShared = async (version: string) => {
    try {
      return keep(version, shareModel(await load(version)));
    } catch (error) {
      const isMissing = error instanceof FreshcarError && error.code === 'not-found';
      if (!isMissing || isOffered(version)) {
        log.error('A model asked for by name could not be loaded.', { version, ...reasonFields(error) });
        throw asUnavailable(error);
      }
      rememberUnknown(version);
      throw noSuchModel(version);
    } finally {
      loading.delete(version);
    }
  };

  const rememberUnknown = (version: string) => {
    unknown.delete(version);
    unknown.set(version, now() + unknownFor);
    const [oldest] = unknown.keys();
    if (unknown.size > unknownLimit && oldest !== undefined) unknown.delete(oldest);
  };
  const isUnknown = (version: string) =>
    (unknown.get(version) ?? Number.NEGATIVE_INFINITY) > now() && !isOffered(version);

  return {
    async take(version) {
      if (isUnknown(version)) throw noSuchModel(version);
      const model = models.get(version);
      if (model) return keep(version, model);
      const started = loading.get(version) ?? loadShared(version);
      loading.set(version, started);
      return started;
    },
  };
}

function noSuchModel(version: string): FreshcarError {
  return new FreshcarError('not-found', `There is no model ${JSON.stringify(version)}.`);
}
