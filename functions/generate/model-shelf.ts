import { FreshcarError } from '../../model/errors.ts';
import type { Log } from './log.ts';
import { asUnavailable, reasonFields, type ServedModel, type SharedModel, shareModel } from './served-model.ts';

export interface ModelShelfOptions {
  /** @throws FreshcarError `not-found` when there is no such version. */
  readonly load: (version: string) => Promise<ServedModel>;
  readonly log: Log;
  /** Milliseconds from any fixed moment. */
  readonly now: () => number;
  /** How many models are kept beside the current one; default 2. */
  readonly capacity?: number;
}

/** Versions are asked for by strangers: a name that nothing answers to is not looked up again for this long. */
const unknownFor = 60_000;
/** And no more than this many such names are remembered. */
const unknownLimit = 1000;

/** Models asked for by name, the least recently used making room. */
export interface ModelShelf {
  /** @throws FreshcarError `not-found` when there is no such version, `unavailable` when it cannot be loaded. */
  take(version: string): Promise<SharedModel>;
}

export function createModelShelf({ load, log, now, capacity = 2 }: ModelShelfOptions): ModelShelf {
  // Maps keep the order of insertion, so the first entry is always the oldest.
  const models = new Map<string, SharedModel>();
  const unknown = new Map<string, number>();
  /** Kept apart, so that asking for what does not exist takes no place from what does. */
  const loading = new Map<string, Promise<SharedModel>>();

  const keep = (version: string, model: SharedModel) => {
    remember(models, version, model, capacity)?.retire();
    return model;
  };

  const loadShared = async (version: string) => {
    try {
      return keep(version, shareModel(await load(version)));
    } catch (error) {
      if (!(error instanceof FreshcarError) || error.code !== 'not-found') {
        log.error('A model asked for by name could not be loaded.', { version, ...reasonFields(error) });
        throw asUnavailable(error);
      }
      remember(unknown, version, now() + unknownFor, unknownLimit);
      throw noSuchModel(version);
    } finally {
      loading.delete(version);
    }
  };

  return {
    async take(version) {
      if ((unknown.get(version) ?? Number.NEGATIVE_INFINITY) > now()) throw noSuchModel(version);
      const model = models.get(version);
      if (model) return keep(version, model);
      const started = loading.get(version) ?? loadShared(version);
      loading.set(version, started);
      return started;
    },
  };
}

/** Puts an entry last; returns the value that had to make room. */
function remember<Value>(map: Map<string, Value>, key: string, value: Value, limit: number): Value | undefined {
  map.delete(key);
  map.set(key, value);
  if (map.size <= limit) return undefined;
  const oldest = map.entries().next().value;
  if (!oldest) return undefined;
  map.delete(oldest[0]);
  return oldest[1];
}

function noSuchModel(version: string): FreshcarError {
  return new FreshcarError('not-found', `There is no model ${JSON.stringify(version)}.`);
}
