import type { BundleSource } from '../../model/store/store.ts';
import type { Log } from './log.ts';
import { type Meter, noMeter } from './meter.ts';
import { createModelShelf } from './model-shelf.ts';
import {
  asUnavailable,
  reasonFields,
  type ServedModel,
  type SharedModel,
  shareModel,
  tryModel,
} from './served-model.ts';

export interface ModelKeeper {
  /**
   * Lends a model to `work`: the current one, or the one of the named version, loaded first when it has not been yet.
   * However many wait, there is one load; a failed load is logged, thrown to all who waited for it, and tried again by
   * the next call. Every few minutes a call also has the pointer looked at, without waiting for it.
   *
   * @throws FreshcarError `unavailable` or `damaged-bundle` when it cannot be loaded, `not-found` for a version that
   * does not exist; and whatever `work` throws.
   */
  use<Result>(work: (model: ServedModel) => Promise<Result>, version?: string): Promise<Result>;
  /** Looks at the pointer if that is due, and swaps the model when it moved. Never throws: a failure is logged. */
  refresh(): Promise<void>;
  /** The version that is served; undefined before the first load. */
  readonly version: string | undefined;
  /** What happened since the start. */
  readonly counts: Readonly<KeeperCounts>;
}

export interface KeeperCounts {
  loads: number;
  failedLoads: number;
  swaps: number;
  refusedSwaps: number;
}

export interface ModelKeeperOptions {
  readonly source: Pick<BundleSource, 'readPointer'>;
  readonly load: (version: string) => Promise<ServedModel>;
  readonly log: Log;
  readonly meter?: Meter;
  /** Milliseconds from any fixed moment. */
  readonly now: () => number;
  /** How many milliseconds lie between two looks at the pointer; default 3 minutes. */
  readonly checkEvery?: number;
}

/** The served model and where its pointer stood. */
interface Current {
  readonly shared: SharedModel;
  readonly etag: string;
}

/** Loads the current model when it is first needed, and follows the pointer from then on. */
export function createModelKeeper(options: ModelKeeperOptions): ModelKeeper {
  const { source, load, log, now, meter = noMeter, checkEvery = 180_000 } = options;
  const counts: KeeperCounts = { loads: 0, failedLoads: 0, swaps: 0, refusedSwaps: 0 };
  let current: Current | undefined;
  let loading: Promise<Current> | undefined;
  let checking: Promise<void> | undefined;
  let checkedAt = 0;

  const loadTried = async (version: string) => {
    const start = now();
    const model = await load(version);
    await tryModel(model).catch(async (error) => {
      await model.engine.dispose();
      throw error;
    });
    counts.loads += 1;
    meter('LoadTime', now() - start);
    log.info('A model is loaded.', { version, milliseconds: Math.round(now() - start) });
    return model;
  };
  const shelf = createModelShelf({ load: loadTried, log, now });

  /** The model that the pointer names; undefined when the pointer has not moved from `etag`. */
  const loadPointed = async (etag?: string): Promise<Current | undefined> => {
    const reading = await source.readPointer(etag);
    return reading && { shared: shareModel(await loadTried(reading.pointer.version)), etag: reading.etag };
  };

  const loadFirst = async () => {
    try {
      current = await loadPointed();
      if (!current) throw new Error('A source answered its first reading of the pointer with "unchanged".');
      checkedAt = now();
      return current;
    } catch (error) {
      counts.failedLoads += 1;
      meter('FailedLoads', 1);
      log.error('The model could not be loaded.', reasonFields(error));
      throw asUnavailable(error);
    } finally {
      loading = undefined;
    }
  };

  const swap = async (old: Current) => {
    try {
      const next = await loadPointed(old.etag);
      if (!next) return;
      current = next;
      old.shared.retire();
      counts.swaps += 1;
      meter('Swaps', 1);
      const [from, to] = [old, next].map(({ shared }) => shared.model.manifest.version);
      log.info('The pointer moved, and the served model with it.', { from, to });
    } catch (error) {
      counts.refusedSwaps += 1;
      meter('RefusedSwaps', 1);
      const version = old.shared.model.manifest.version;
      log.error('The pointer could not be followed; the old model keeps serving.', { version, ...reasonFields(error) });
    }
  };

  const refresh = async () => {
    if (checking) return checking;
    if (!current || now() - checkedAt < checkEvery) return;
    checkedAt = now();
    checking = swap(current).finally(() => {
      checking = undefined;
    });
    await checking;
  };

  const takeCurrent = async () => {
    if (current) {
      void refresh();
      return current.shared;
    }
    loading ??= loadFirst();
    return (await loading).shared;
  };

  return {
    counts,
    refresh,
    get version() {
      return current?.shared.model.manifest.version;
    },
    async use(work, version) {
      const isCurrent = version === undefined || version === current?.shared.model.manifest.version;
      const shared = await (isCurrent ? takeCurrent() : shelf.take(version));
      return shared.use(work);
    },
  };
}
