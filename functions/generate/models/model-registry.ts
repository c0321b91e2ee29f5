import { isDeepStrictEqual } from 'node:util';
import type { Manifest } from '../../../model/bundle/manifest.ts';
import type { BundleSource, Pointer, PointerReading } from '../../../model/store/store.ts';
import type { Log } from '../log.ts';
import { type Meter, noMeter } from '../meter.ts';
import { createModelShelf } from './named-models.ts';
import { describeOffer, type OfferedModel, readBeside } from './offered-models.ts';
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
  /**
   * What visitors may choose from: the current model, then those beside it in the pointer's order. Needs the current one
   * loaded, as `use` does, and throws as it does; looks at the pointer as it does, too. It says what is offered, not what works:
   * the others may not have been loaded yet, or be failing. Of those the call has the ones tried again that are due.
   */
  list(): Promise<readonly OfferedModel[]>;
  /**
   * Whether a model that is offered beside the current one could not be loaded the last time. Until it can be, whoever asks for
   * it is told so at once; it is tried again once a minute at most.
   */
  isFailing(version: string): boolean;
  /**
   * Has the current model and those beside it loaded, one after the other, so that no visitor waits for them. Never throws:
   * what cannot be loaded is logged, and tried again when somebody asks for it.
   */
  loadAll(): Promise<void>;
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
  readonly source: Pick<BundleSource, 'readPointer' | 'readManifest'>;
  readonly load: (version: string) => Promise<ServedModel>;
  readonly log: Log;
  readonly meter?: Meter;
  /** Milliseconds from any fixed moment. */
  readonly now: () => number;
  /** How many milliseconds lie between two looks at the pointer; default 3 minutes. */
  readonly checkEvery?: number;
}

/** The served model, where its pointer stood, and what is offered beside it. */
interface Current {
  readonly shared: SharedModel;
  readonly reading: PointerReading;
  /** Never rejects. */
  readonly beside: Promise<readonly Manifest[]>;
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
  const isOffered = (version: string) => current?.reading.pointer.beside?.includes(version) ?? false;
  const isCurrent = (version: string) => version === current?.shared.model.manifest.version;
  const shelf = createModelShelf({ load: loadTried, log, now, isOffered, isCurrent });
  const become = (next: Current) => {
    current = next;
    shelf.trim();
  };

  /** What a pointer names; the first car does not wait for what is beside it. */
  const loadPointed = async (reading: PointerReading, known: readonly Manifest[] = []): Promise<Current> => {
    const beside = readBeside(reading.pointer, { source, log, known });
    return { reading, beside, shared: shareModel(await loadTried(reading.pointer.version)) };
  };

  const loadFirst = async () => {
    try {
      const reading = await source.readPointer();
      if (!reading) throw new Error('A source answered its first reading of the pointer with "unchanged".');
      const first = await loadPointed(reading);
      become(first);
      checkedAt = now();
      return first;
    } catch (error) {
      counts.failedLoads += 1;
      meter('FailedLoads', 1);
      log.error('The model could not be loaded.', reasonFields(error));
      throw asUnavailable(error);
    } finally {
      loading = undefined;
    }
  };

  /** Whether a pointer still names the model that is loaded: a run's folder has another one under the same version at times. */
  const isLoaded = async ({ version }: Pointer, { shared }: Current) => {
    const { manifest } = shared.model;
    return version === manifest.version && isDeepStrictEqual(await source.readManifest(version), manifest);
  };

  /** Takes on what is offered beside the same model. What could not be read before is tried again. */
  const takeOffers = async (old: Current, reading: PointerReading) => {
    const beside = await readBeside(reading.pointer, { source, log, known: await old.beside });
    become({ ...old, reading, beside: Promise.resolve(beside) });
    if (reading === old.reading) return;
    log.info('The pointer offers other models beside the same one.', { beside: beside.map(({ version }) => version) });
  };

  const swap = async (old: Current) => {
    try {
      const reading = await source.readPointer(old.reading.etag);
      if (!reading || (await isLoaded(reading.pointer, old))) return await takeOffers(old, reading ?? old.reading);
      const next = await loadPointed(reading, await old.beside);
      await next.beside;
      become(next);
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
      return current;
    }
    loading ??= loadFirst();
    return loading;
  };

  return {
    counts,
    refresh,
    get version() {
      return current?.shared.model.manifest.version;
    },
    async use(work, version) {
      const isNamed = version !== undefined && !isCurrent(version);
      const shared = isNamed ? await shelf.take(version) : (await takeCurrent()).shared;
      return shared.use(work);
    },
    async loadAll() {
      const beside = await takeCurrent().then(
        (loaded) => loaded.beside,
        () => [],
      );
      for (const { version } of beside) await shelf.take(version).catch(() => undefined);
    },
    isFailing: shelf.isFailing,
    async list() {
      const { shared, beside } = await takeCurrent();
      shelf.retryFailing();
      const others = (await beside).map((manifest) => describeOffer(manifest, false));
      return [describeOffer(shared.model.manifest, true), ...others];
    },
  };
}
