import { isDeepStrictEqual } from 'node:util';
import type { Manifest } from '../../../model/bundle/manifest.ts';
import type { BundleSource, Pointer, PointerReading } from '../../../model/store/store.ts';
import type { Log } from '../log.ts';
import type { Meter } from '../meter.ts';
import { readAlternates } from './alternates.ts';
import { asUnavailable, reasonFields, type ServedModel, type SharedModel, shareModel } from './served-model.ts';

/** The served model, where its pointer stood, and its alternates. */
export interface Current {
  readonly shared: SharedModel;
  readonly reading: PointerReading;
  /** Never rejects. */
  readonly alternates: Promise<readonly Manifest[]>;
}

export interface RegistryCounts {
  loads: number;
  failedLoads: number;
  fallbacks: number;
  swaps: number;
  refusedSwaps: number;
}

export interface CurrentModelOptions {
  readonly source: Pick<BundleSource, 'readPointer' | 'readManifest'>;
  /** Loads a version, and tries it. */
  readonly load: (version: string) => Promise<ServedModel>;
  readonly log: Log;
  readonly meter: Meter;
  readonly counts: RegistryCounts;
  /** Takes on what was loaded or read. */
  readonly become: (next: Current) => void;
}

/** The model that serves where none is named: how it is loaded first, and how it follows the pointer. */
export interface CurrentModel {
  /**
   * Loads what the pointer names; where that cannot be loaded, the version before it.
   *
   * @throws FreshcarError `unavailable` or `damaged-bundle` when neither can be loaded; it is logged.
   */
  loadFirst(): Promise<Current>;
  /** Reads the pointer again and takes on what it names now. Never throws: a failure is logged, and the old model keeps serving. */
  follow(old: Current): Promise<void>;
}

export function createCurrentModel(options: CurrentModelOptions): CurrentModel {
  const { source, load, log, meter, counts, become } = options;

  /** The first car does not wait for the alternates. */
  const loadPointed = async (reading: PointerReading, known: readonly Manifest[] = []): Promise<Current> => {
    const alternates = readAlternates(reading.pointer, { source, log, known });
    return { reading, alternates, shared: shareModel(await load(reading.pointer.version)) };
  };

  /** At each look again, so that its alarm is not over before it is. */
  const countFallback = () => {
    counts.fallbacks += 1;
    meter('Fallbacks', 1);
  };

  const loadOrFallBack = async (reading: PointerReading): Promise<Current> => {
    try {
      return await loadPointed(reading);
    } catch (error) {
      const { version: wanted, previous } = reading.pointer;
      if (previous === undefined) throw error;
      // Only what stopped the wanted one is of interest where the one before cannot be loaded either.
      const shared = await load(previous).then(shareModel, () => undefined);
      if (shared === undefined) throw error;
      countFallback();
      const fields = { version: previous, wanted, ...reasonFields(error) };
      log.error('The current model could not be loaded; the one before it serves.', fields);
      return { shared, reading, alternates: readAlternates(reading.pointer, { source, log, known: [] }) };
    }
  };

  const loadFirst = async () => {
    try {
      const first = await loadOrFallBack(await readFirstPointer(source));
      become(first);
      return first;
    } catch (error) {
      counts.failedLoads += 1;
      meter('FailedLoads', 1);
      log.error('The model could not be loaded.', reasonFields(error));
      throw asUnavailable(error);
    }
  };

  /** Whether a pointer still names the model that is loaded: a run's folder has another one under the same version at times. */
  const isLoaded = async ({ version }: Pointer, { shared }: Current) => {
    const { manifest } = shared.model;
    return version === manifest.version && isDeepStrictEqual(await source.readManifest(version), manifest);
  };

  /** Takes on other alternates of the same model. What could not be read before is tried again. */
  const takeAlternates = async (old: Current, reading: PointerReading) => {
    const alternates = await readAlternates(reading.pointer, { source, log, known: await old.alternates });
    become({ ...old, reading, alternates: Promise.resolve(alternates) });
    if (reading === old.reading) return;
    log.info('The pointer names other alternates of the same model.', {
      alternates: alternates.map(({ version }) => version),
    });
  };

  const follow = async (old: Current) => {
    try {
      // After a fallback the pointer's own version is tried again although the pointer has not moved.
      const reading = (await source.readPointer(old.reading.etag)) ?? old.reading;
      const isSame = reading === old.reading && wantedInstead(old) === undefined;
      if (isSame || (await isLoaded(reading.pointer, old))) return await takeAlternates(old, reading);
      const next = await loadPointed(reading, await old.alternates);
      await next.alternates;
      become(next);
      old.shared.retire();
      counts.swaps += 1;
      meter('Swaps', 1);
      const [from, to] = [old, next].map(({ shared }) => shared.model.manifest.version);
      log.info('The pointer moved, and the served model with it.', { from, to });
    } catch (error) {
      counts.refusedSwaps += 1;
      meter('RefusedSwaps', 1);
      if (wantedInstead(old) !== undefined) countFallback();
      const version = old.shared.model.manifest.version;
      log.error('The pointer could not be followed; the old model keeps serving.', { version, ...reasonFields(error) });
    }
  };

  return { loadFirst, follow };
}

/** The version that the pointer names where another one serves in its place. */
export function wantedInstead({ shared, reading }: Current): string | undefined {
  const wanted = reading.pointer.version;
  return wanted === shared.model.manifest.version ? undefined : wanted;
}

/** @throws FreshcarError as `BundleSource` does. */
export async function readFirstPointer(source: Pick<BundleSource, 'readPointer'>): Promise<PointerReading> {
  const reading = await source.readPointer();
  if (reading) return reading;
  throw new Error('A source answered its first reading of the pointer with "unchanged".');
}
