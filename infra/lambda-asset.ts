import { cp, mkdir, readdir, rm } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import path from 'node:path';
import { build, type Metafile } from 'esbuild';

export interface LambdaAssetOptions {
  /** The project's folder, with `node_modules` and, after `npm run build`, `dist/page`. */
  readonly root: string;
  /** Where the files go; wiped first. */
  readonly folder: string;
  /** Which function: the name of its folder in `functions/`. */
  readonly name: 'generate' | 'promote';
}

export interface LambdaAsset {
  readonly folder: string;
  /** The packages that the bundled handler still imports by name, sorted. */
  readonly packages: readonly string[];
}

/** The one package with native code. Its own JavaScript looks for the library by a path, so it stays a package. */
const runtime = 'onnxruntime-node';
const platform = 'bin/napi-v6/linux/x64';
/** Not in the zip: the second engine, which is imported only where someone asks for it. */
const secondEngine = ['model/engine/tfjs.ts', 'model/bundle/tfjs-format.ts'];

/**
 * Makes the folder that becomes a function's zip: `handler.mjs` with everything bundled in, ONNX Runtime beside it with
 * only what Linux x64 needs (its package has 250 MB for five platforms), and, for `generate`, the explorer page.
 */
export async function buildLambdaAsset({ root, folder, name }: LambdaAssetOptions): Promise<LambdaAsset> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: [`functions/${name}/handler.ts`],
    outfile: path.join(folder, 'handler.mjs'),
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node22',
    // Packages' ES modules leave out what is not used.
    mainFields: ['module', 'main'],
    external: [runtime, ...secondEngine.map((file) => path.join(root, file))],
    // Names stay, so that a stack trace in the log can be read.
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'none',
    // Some bundled packages are CommonJS and require Node's own modules.
    banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
    metafile: true,
    logLevel: 'warning',
  });
  await copyRuntime(path.join(root, 'node_modules'), path.join(folder, 'node_modules'));
  if (name === 'generate') await cp(path.join(root, 'dist/page'), path.join(folder, 'page'), { recursive: true });
  return { folder, packages: staticPackages(metafile) };
}

async function copyRuntime(from: string, to: string): Promise<void> {
  const common = 'onnxruntime-common';
  await copyScripts(path.join(from, runtime), path.join(to, runtime), 'dist');
  await cp(path.join(from, runtime, platform), path.join(to, runtime, platform), { recursive: true });
  await copyScripts(path.join(from, common), path.join(to, common), 'dist/cjs');
}

/** A package's `package.json` and the `.js` files of one folder: no types, no source maps. */
async function copyScripts(from: string, to: string, folder: string): Promise<void> {
  const names = await readdir(path.join(from, folder));
  const scripts = names.filter((name) => name.endsWith('.js') || name === 'package.json');
  await mkdir(path.join(to, folder), { recursive: true });
  await Promise.all([
    cp(path.join(from, 'package.json'), path.join(to, 'package.json')),
    ...scripts.map((name) => cp(path.join(from, folder, name), path.join(to, folder, name))),
  ]);
}

function staticPackages({ outputs }: Metafile): string[] {
  const imports = Object.values(outputs).flatMap((output) => output.imports);
  const names = imports
    .filter(({ external, kind, path: name }) => external && kind !== 'dynamic-import' && !isBuiltin(name))
    .map(({ path: name }) => name);
  return [...new Set(names)].sort();
}
