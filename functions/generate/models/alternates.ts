import type { Manifest } from '../../../model/bundle/manifest.ts';
import type { BundleSource, Pointer } from '../../../model/store/store.ts';
import type { Log } from '../log.ts';
import { reasonFields } from './served-model.ts';

/** One of the models that visitors may choose from. */
export interface ModelChoice {
  readonly version: string;
  /** Width and height of its cars in pixels. */
  readonly imageSize: number;
  /** Whether it is the one that draws where an address names none. */
  readonly current: boolean;
}

interface ReadingOptions {
  readonly source: Pick<BundleSource, 'readManifest'>;
  readonly log: Log;
  /** Manifests that were read before; they never change, so they are not read again. */
  readonly known: readonly Manifest[];
}

/**
 * The manifests of the alternates that a pointer names, in its order. One that cannot be read is logged
 * and left out: the current model is not to suffer from it. Never throws.
 */
export async function readAlternates(
  { alternates = [] }: Pointer,
  options: ReadingOptions,
): Promise<readonly Manifest[]> {
  const { source, log, known } = options;
  const manifests = alternates.map(async (version) => {
    try {
      return known.find((manifest) => manifest.version === version) ?? (await source.readManifest(version));
    } catch (error) {
      log.error('An alternate model is left out.', { version, ...reasonFields(error) });
      return undefined;
    }
  });
  return (await Promise.all(manifests)).filter((manifest) => manifest !== undefined);
}

export function describeChoice({ version, architecture }: Manifest, current: boolean): ModelChoice {
  return { version, imageSize: architecture.imageSize, current };
}
