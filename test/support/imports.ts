import { basename, resolve } from 'node:path';
import { build } from 'esbuild';

type Outputs = Readonly<Record<string, { imports: readonly { path: string; kind: string; external?: boolean }[] }>>;

/**
 * Builds a program of these sources as `npm ci` does, in memory, and returns what it imports: `ever`, and `atOnce`, before
 * any of its functions ran. Packages by their names, and chunks of the build.
 */
export async function importsOf(source: string): Promise<{ ever: string[]; atOnce: string[] }> {
  const { metafile } = await build({
    entryPoints: [resolve(source)],
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
    outdir: 'unused',
    write: false,
    metafile: true,
  });
  const ever = Object.values(metafile.inputs).flatMap(({ imports }) => imports.map(({ path }) => path));
  return { ever, atOnce: importedAtOnce(metafile.outputs, `unused/${basename(source, '.ts')}.js`) };
}

/** Every package and chunk that a chunk of the build imports by statement, through others too. */
function importedAtOnce(outputs: Outputs, chunk: string): string[] {
  const statements = (outputs[chunk]?.imports ?? []).filter(({ kind }) => kind === 'import-statement');
  return statements.flatMap(({ path, external }) => [path, ...(external ? [] : importedAtOnce(outputs, path))]);
}
