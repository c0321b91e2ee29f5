import { pointerNames } from '../../../model/store/pointer.ts';
import type { BundleSource } from '../../../model/store/store.ts';
import type { Log } from '../log.ts';
import { type Meter, noMeter } from '../meter.ts';
import { describeChoice, type ModelChoice } from './alternates.ts';
import {
  type Current,
  createCurrentModel,
  type RegistryCounts,
  readFirstPointer,
  wantedInstead,
} from './current-model.ts';
import { createNamedModels, noSuchModel } from './named-models.ts';
import { asUnavailable, type ServedModel, type SharedModel, tryModel } from './served-model.ts';

export interface ModelRegistry {
  /**
   * Lends a model to `work`: the current one, or the one of the named version, loaded first when it has not been yet.
   * However many wait, there is one load; a failed load is logged, thrown to all who waited for it, and tried again by
   * the next call. Every few minutes a call also has the pointer looked at, without waiting for it.
   *
   * @throws FreshcarError `unavailable` or `damaged-bundle` when it cannot be loaded, `not-found` for a version that
   * the pointer does not name, as the current, the previous or an alternate one; and whatever `work` throws.
   */
  use<Result>(work: (model: ServedModel) => Promise<Result>, version?: string): Promise<Result>;
  /**
   * What visitors may choose from: the current model, then its alternates in the pointer's order. Needs the current one
   * loaded, as `use` does, and throws as it does; looks at the pointer as it does, too. It says what there is, not what works:
   * the others may not have been loaded yet, or be failing. Of those the call has the ones tried again that are due.
   */
  list(): Promise<readonly ModelChoice[]>;
  /**
   * Whether an alternate could not be loaded the last time. Until it can be, whoever asks for
   * it is told so at once; it is tried again once a minute at most.
   */
  isFailing(version: string): boolean;
  /**
   * Has the current model loaded ahead of requests. Never throws: a failure is logged, and whoever asks meanwhile has a try of
   * their own.
   */
  loadCurrent(): Promise<void>;
  /**
   * Has the current model and its alternates loaded, one after the other, so that no visitor waits for them. Never throws:
   * what cannot be loaded is logged, and tried again when somebody asks for it.
   */
  loadAll(): Promise<void>;
  /** Looks at the pointer if that is due, and swaps the model when it moved. Never throws: a failure is logged. */
  refresh(): Promise<void>;
  /** Resolves when no load and no look at the pointer is under way any more, so that the process can be frozen. */
  idle(): Promise<void>;
  /** The version that is served; undefined before the first load. */
  readonly version: string | undefined;
  /** The version that the pointer names, where it cannot be loaded and the one before it serves in its place. */
  readonly wanted: string | undefined;
  /** What happened since the start. */
  readonly counts: Readonly<RegistryCounts>;
}

export interface ModelRegistryOptions {
  readonly source: Pick<BundleSource, 'readPointer' | 'readManifest'>;
  readonly load: (version: string) => Promise<ServedModel>;
  readonly log: Log;
  readonly meter?: Meter;
  /** Milliseconds from any fixed moment. */
  readonly now: () => number;
  /** How many milliseconds lie between two looks at the pointer; default 3 minutes. */
  readonly checkEvery?: number;
}

/** Milliseconds after a look at the pointer in which a name that it did not have is not worth another: strangers guess names. */
const lookAgainAfter = 10_000;

/** Loads the current model when it is first needed, and follows the pointer from then on. */
export function createModelRegistry(options: ModelRegistryOptions): ModelRegistry {
  const { source, load, log, now, meter = noMeter, checkEvery = 180_000 } = options;
  const counts: RegistryCounts = { loads: 0, failedLoads: 0, fallbacks: 0, swaps: 0, refusedSwaps: 0 };
  const pending = new Set<Promise<unknown>>();
  let current: Current | undefined;
  let loading: { readonly first: Promise<Current>; readonly ahead: boolean } | undefined;
  let checking: Promise<void> | undefined;
  let checkedAt = 0;

  /** Work that may go on when nobody waits for it any more. */
  const track = <Result>(work: Promise<Result>): Promise<Result> => {
    const ended = work.then(
      () => void pending.delete(ended),
      () => void pending.delete(ended),
    );
    pending.add(ended);
    return work;
  };

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
  const isAlternate = (version: string) => current?.reading.pointer.alternates?.includes(version) ?? false;
  const isCurrent = (version: string) => version === current?.shared.model.manifest.version;
  const isServed = (version: string) => !current || pointerNames(current.reading.pointer, version);
  const named = createNamedModels({
    load: (version) => track(loadTried(version)),
    log,
    now,
    isServed,
    isAlternate,
    isCurrent,
  });
  const become = (next: Current) => {
    if (!current) checkedAt = now();
    current = next;
    void track(next.alternates);
    named.trim();
  };
  const { loadFirst, follow } = createCurrentModel({ source, load: loadTried, log, meter, counts, become });

  const look = async () => {
    if (!current) return;
    if (!checking) {
      checkedAt = now();
      checking = track(follow(current)).finally(() => {
        checking = undefined;
      });
    }
    await checking;
  };
  const refresh = async () => {
    if (checking || (current && now() - checkedAt >= checkEvery)) await look();
  };

  const takeCurrent = async (ahead = false): Promise<Current> => {
    if (current) {
      void refresh();
      return current;
    }
    // A load that was begun ahead of all requests may have been frozen with its process: who joins it has one try of their own.
    if (loading?.ahead && !ahead) await loading.first.catch(() => undefined);
    if (current) return current;
    loading ??= {
      ahead,
      first: track(loadFirst()).finally(() => {
        loading = undefined;
      }),
    };
    return loading.first;
  };

  /** Another copy may have followed the pointer already, and its visitors ask for what this one does not know yet. */
  const lookFor = async (version: string) => {
    if (!isServed(version) && (checking || now() - checkedAt >= lookAgainAfter)) await look();
    return isServed(version);
  };

  const takeNamed = async (version: string): Promise<SharedModel> => {
    if (current) {
      if (!isCurrent(version) && !(await lookFor(version))) throw noSuchModel(version);
      void refresh();
    } else {
      // Alternates are served although the current one cannot be loaded: then the pointer alone says what may be asked for.
      const { pointer } = await readFirstPointer(source).catch((error) => {
        throw asUnavailable(error);
      });
      if (!pointerNames(pointer, version)) throw noSuchModel(version);
      if (version === pointer.version) return (await takeCurrent()).shared;
    }
    return isCurrent(version) ? (await takeCurrent()).shared : named.take(version);
  };

  return {
    counts,
    refresh,
    get version() {
      return current?.shared.model.manifest.version;
    },
    get wanted() {
      return current && wantedInstead(current);
    },
    async use(work, version) {
      const shared = version === undefined ? (await takeCurrent()).shared : await takeNamed(version);
      return shared.use(work);
    },
    loadCurrent: () =>
      takeCurrent(true).then(
        () => undefined,
        () => undefined,
      ),
    async loadAll() {
      const alternates = await takeCurrent(true).then(
        (loaded) => loaded.alternates,
        () => [],
      );
      for (const { version } of alternates) await named.take(version).catch(() => undefined);
    },
    isFailing: named.isFailing,
    async list() {
      const { shared, alternates } = await takeCurrent();
      named.retryFailing();
      const others = (await alternates).map((manifest) => describeChoice(manifest, false));
      return [describeChoice(shared.model.manifest, true), ...others];
    },
    async idle() {
      while (pending.size > 0) await Promise.all(pending);
    },
  };
}
