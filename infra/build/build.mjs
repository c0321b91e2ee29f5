/**
 * Turns the TypeScript sources into what Node runs: `node infra/build/build.mjs`, by `npm ci` and in every `npm start`.
 * Names after it pick programs: `node infra/build/build.mjs freshcar`. Plain JavaScript, because something has to run before
 * anything is built.
 *
 * Every program becomes `dist/<name>.js`; code that several share goes to `dist/chunks/`, and packages stay in
 * `node_modules`. The explorer page becomes `dist/page/`. Each file is renamed into place when it is whole and nothing is
 * wiped first, so that a server which starts meanwhile never sees half a build; what is there as it should be is left alone.
 *
 * The shipped models are in git without the graphs that serve them, which are as large as the weights and are written from
 * them here, once.
 */

import { existsSync } from 'node:fs';
import { chmod, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import esbuild from 'esbuild';
import { buildPage } from './page.mjs';
import { isUnwritable, writeChanged } from './write-changed.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const models = path.join(root, 'model/pretrained/models');

/** Each program's name in `dist/` and its source. */
const programs = {
  server: 'functions/generate/server/server.ts',
  freshcar: 'model/cli/freshcar.ts',
  'setup-tensorflow': 'model/tensorflow/setup/main.ts',
  'train-features': 'model/evaluation/features/main.ts',
  'outside-features': 'model/evaluation/features/outside-main.ts',
  infra: 'infra/app.ts',
  costs: 'infra/costs/costs-main.ts',
  container: 'model/container/main.ts',
  bench: 'test/bench/main.ts',
  load: 'test/bench/load-main.ts',
  mutants: 'test/mutants/main.ts',
};
const completing = { 'complete-bundle': 'model/bundle/complete.ts' };

const chosen = process.argv.slice(2);

/** @type {import('esbuild').BuildOptions} */
const common = { absWorkingDir: root, bundle: true, format: 'esm', write: false, logLevel: 'warning' };

async function writeOutputs({ outputFiles }) {
  await Promise.all(outputFiles.map(({ path: file, contents }) => writeChanged(file, contents)));
}

async function buildPrograms() {
  const present = Object.entries(programs).filter(
    ([name, source]) => (chosen.length === 0 || chosen.includes(name)) && existsSync(path.join(root, source)),
  );
  if (present.length === 0) return;
  await build(present);
  const command = path.join(root, 'dist/freshcar.js');
  if (existsSync(command) && (await stat(command)).mode % 0o1000 !== 0o755) await chmod(command, 0o755);
}

async function build(entries) {
  const result = await esbuild.build({
    ...common,
    entryPoints: Object.fromEntries(entries),
    outdir: 'dist',
    chunkNames: 'chunks/[name]-[hash]',
    splitting: true,
    platform: 'node',
    target: 'node20',
    packages: 'external',
    sourcemap: true,
    sourcesContent: false,
  });
  await writeOutputs(result);
}

/** Writes the graphs of the shipped models, where they are not there yet. */
async function completeModels() {
  const versions = existsSync(models) ? await readdir(models) : [];
  const incomplete = versions
    .map((version) => path.join(models, version))
    .filter((folder) => existsSync(path.join(folder, 'manifest.json')))
    .filter((folder) => !existsSync(path.join(folder, 'generator.onnx')));
  if (incomplete.length === 0) return;
  await build(Object.entries(completing));
  const { completeBundle } = await import(pathToFileURL(path.join(root, 'dist/complete-bundle.js')).href);
  await Promise.all(incomplete.map(completeBundle));
}

/** Whether all that is wrong is that nothing can be written here: what was built before may still do. */
export let unwritable = false;

try {
  await Promise.all([buildPrograms(), buildPage(root, path.join(root, 'dist/page')), completeModels()]);
} catch (error) {
  unwritable = isUnwritable(error);
  // esbuild has printed what is wrong in the sources; anything else it has not.
  if (!error?.errors) console.error(unwritable || error?.name === 'FreshcarError' ? error.message : error);
  process.exitCode = 1;
}
// Its process would live as long as this one, which may go on as the server.
await esbuild.stop();
