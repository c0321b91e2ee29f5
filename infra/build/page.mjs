import { createHash } from 'node:crypto';
import { readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import esbuild from 'esbuild';
import { writeChanged } from './write-changed.mjs';

/** The pages that have a script of their own; each is `<name>.html` and `<name>.ts`. */
const views = ['explorer', 'morph', 'wall', 'find'];

/**
 * Builds the pages into `outdir`: for each view its main part and its script, what all share, and in `assets/` the files that scripts
 * fetch when they need them, under names that hold a hash of the content. Each file is renamed into place when it is whole.
 *
 * @param {string} root The project's folder.
 * @param {string} outdir
 */
export async function buildPage(root, outdir) {
  const source = path.join(root, 'functions/generate/page');
  const assets = await buildEngine(root, source, outdir);
  const [engineFile] = assets[0];
  const outputs = await bundle(root, {
    entryPoints: [...views.map((name) => `${name}.ts`), 'style.css'].map((name) => path.join(source, name)),
    outdir,
    define: { engineFile: JSON.stringify(path.basename(engineFile)) },
  });
  const files = [...assets, ...outputs.map(({ path: file, contents }) => [path.relative(outdir, file), contents])];
  for (const name of ['layout', ...views])
    files.push([`${name}.html`, await readFile(path.join(source, `${name}.html`))]);
  for (const [name, contents] of files) await writeChanged(path.join(outdir, name), contents);
  const built = new Set(files.map(([name]) => name));
  await removeOthers(outdir, built);
}

/** What draws in the browser: the worker with ONNX Runtime, and its WebAssembly, packed once here since a service packs nothing itself. */
async function buildEngine(root, source, outdir) {
  const wasm = await readFile(path.join(root, 'node_modules/onnxruntime-web/dist/ort-wasm-simd-threaded.wasm'));
  const runtimeFile = `ort-${hashOf(wasm)}.wasm.gz`;
  const packed = await readFile(path.join(outdir, 'assets', runtimeFile)).catch(() => gzipSync(wasm, { level: 9 }));
  const [worker] = await bundle(root, {
    entryPoints: [path.join(source, 'engine-worker.ts')],
    outdir,
    define: { runtimeFile: JSON.stringify(runtimeFile) },
  });
  return [
    [path.join('assets', `engine-${hashOf(worker.contents)}.js`), worker.contents],
    [path.join('assets', runtimeFile), packed],
  ];
}

async function bundle(root, options) {
  const { outputFiles } = await esbuild.build({
    absWorkingDir: root,
    bundle: true,
    minify: true,
    write: false,
    logLevel: 'warning',
    legalComments: 'none',
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    ...options,
  });
  return outputFiles;
}

const hashOf = (bytes) => createHash('sha256').update(bytes).digest('hex').slice(0, 12);

/** Files of an earlier build would travel to wherever the pages are deployed. Those of another build that goes on are left alone. */
async function removeOthers(folder, built) {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  for (const entry of entries.filter((found) => found.isFile() && !found.name.endsWith('.tmp'))) {
    const file = path.join(entry.parentPath ?? entry.path, entry.name);
    if (!built.has(path.relative(folder, file))) await rm(file, { force: true });
  }
}
