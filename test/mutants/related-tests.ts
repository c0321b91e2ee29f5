import path from 'node:path';
import { build } from 'esbuild';

/**
 * For each source, the tests that belong to it: those of its own room that import it, by way of others too, the nearest
 * first. `model/training/step/pass.ts` has those below `test/model/training/`.
 *
 * @param root The project's folder.
 */
export async function relatedTests(
  root: string,
  sources: readonly string[],
  tests: readonly string[],
): Promise<Map<string, string[]>> {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: [...tests],
    bundle: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
    outdir: 'unused',
    outbase: '.',
    write: false,
    metafile: true,
    logLevel: 'silent',
    loader: { '.html': 'text', '.css': 'text' },
  });
  const readBy = new Map(
    Object.values(metafile.outputs).map(({ entryPoint = '', inputs }) => [entryPoint, new Set(Object.keys(inputs))]),
  );
  return new Map(
    sources.map((source) => {
      const room = `test/${roomOf(source)}/`;
      const own = tests.filter((test) => test.startsWith(room) && readBy.get(test)?.has(source));
      return [source, own.sort((a, b) => distance(source, a) - distance(source, b))];
    }),
  );
}

/** The folder that stands for a source in scores: two levels, `infra` as a whole. */
export function roomOf(source: string): string {
  return source.startsWith('infra/') ? 'infra' : source.split('/').slice(0, 2).join('/');
}

/** How many folders there are between a source and a test; none, and less, where the test is named after it. */
function distance(source: string, test: string): number {
  const mirrored = path.join('test', path.dirname(source));
  const steps = path.relative(mirrored, path.dirname(test)).split(path.sep).filter(Boolean).length;
  return path.basename(test, '.test.ts') === path.basename(source, '.ts') ? steps - 0.5 : steps;
}
