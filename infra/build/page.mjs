import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import esbuild from 'esbuild';

/** The pages that have a script of their own; each is `<name>.html` and `<name>.ts`. */
const views = ['explorer'];

/**
 * Builds the pages into `outdir`: for each view its main part and its script, what all share, and in `assets/` the files that scripts
 * fetch when they need them, under names that hold a hash of the content. Each file is renamed into place when it is whole.
 *
 * @param {string} root The project's folder.
 * @param {string} outdir
 */
export async function buildPage(root, outdir) {
  const source = path.join(root, 'functions/generate/page');
  const options = { absWorkingDir: root, bundle: true, minify: true, write: false, logLevel: 'warning' };
  const { outputFiles } = await esbuild.build({
    ...options,
    entryPoints: [...views.map((name) => `${name}.ts`), 'style.css'].map((name) => path.join(source, name)),
    outdir,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
  });
  const files = outputFiles.map(({ path: file, contents }) => [path.relative(outdir, file), contents]);
  for (const name of ['layout', ...views])
    files.push([`${name}.html`, await readFile(path.join(source, `${name}.html`))]);
  for (const [name, contents] of files) await writeWhole(path.join(outdir, name), contents);
  const built = new Set(files.map(([name]) => name));
  await removeOthers(outdir, built);
}

/** Files of an earlier build would travel to wherever the pages are deployed. Those of another build that goes on are left alone. */
async function removeOthers(folder, built) {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  for (const entry of entries.filter((found) => found.isFile() && !found.name.endsWith('.tmp'))) {
    const file = path.join(entry.parentPath ?? entry.path, entry.name);
    if (!built.has(path.relative(folder, file))) await rm(file, { force: true });
  }
}

/** The names of temporary files differ from process to process, so that two builds at once do not write into each other's file. */
async function writeWhole(file, contents) {
  const temporary = `${file}.${process.pid}.tmp`;
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(temporary, contents);
  await rename(temporary, file);
}
