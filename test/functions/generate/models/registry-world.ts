import { createModelRegistry } from '../../../../functions/generate/models/model-registry.ts';
import { FreshcarError } from '../../../../model/errors.ts';
import { paintedModel, recordedLog } from '../fixtures.ts';

/** A registry over a store that exists in memory: a pointer, and versions that load, break or are missing. */
export function startRegistry(alternates: readonly string[] = [], previous?: string) {
  const { log, lines } = recordedLog();
  const world = {
    pointer: 'one',
    previous,
    alternates,
    time: 0,
    loads: [] as string[],
    pointerReads: 0,
    manifestReads: [] as string[],
    disposed: [] as string[],
  };
  const broken = new Map<string, FreshcarError>();
  const source = {
    readPointer: async (knownEtag?: string) => {
      world.pointerReads += 1;
      const failure = broken.get('pointer');
      if (failure) throw failure;
      const { pointer: version, previous, alternates } = world;
      const etag = [version, previous, ...alternates].join();
      return etag === knownEtag ? undefined : { pointer: { version, ...(previous && { previous }), alternates }, etag };
    },
    readManifest: async (version: string) => {
      world.manifestReads.push(version);
      const failure = broken.get(version);
      if (failure) throw failure;
      return paintedModel(version, version.startsWith('large') ? 64 : 32).manifest;
    },
  };
  const load = async (version: string) => {
    world.loads.push(version);
    const failure = broken.get(version);
    if (failure) throw failure;
    const model = paintedModel(version, version.startsWith('large') ? 64 : 32);
    return { ...model, engine: { ...model.engine, dispose: async () => void world.disposed.push(version) } };
  };
  const registry = createModelRegistry({ source, load, log, now: () => world.time, checkEvery: 1000 });
  const version = (name?: string) => registry.use(async ({ manifest }) => manifest.version, name);
  return { registry, world, broken, lines, version };
}

export const damaged = new FreshcarError(
  'damaged-bundle',
  's3://cars/models/two/generator.onnx has 3 bytes instead of 5.',
);
export const nextTurn = () => new Promise((resolve) => setImmediate(resolve));
