import { constants } from 'node:fs';
import { access, copyFile, mkdir, readFile, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { z } from 'zod';
import { FreshcarError } from '../../errors.ts';
import { reasonOf } from '../../files.ts';
import { run, tellingLine } from './run.ts';
import type { Setting } from './setting.ts';
import { removeLeftovers, temporaryPath } from './temporary.ts';

const name = '@tensorflow/tfjs-node';

const projectSchema = z.object({ optionalDependencies: z.object({ [name]: z.string() }) });
const installedSchema = z.object({ version: z.string(), dependencies: z.record(z.string(), z.string()).default({}) });
const treeSchema = z.object({ packages: z.record(z.string(), z.unknown()) });

/**
 * Makes sure that the npm package tfjs-node is in `node_modules`, in the version that `package.json` names, with the
 * packages that it needs; npm removes them all when the install script fails. Returns the package's folder.
 *
 * npm installs into a folder of its own, by this project's lock file, and what is missing is moved over to the same
 * place: so no package that is there changes or goes, and no install script runs.
 *
 * @throws FreshcarError `missing-dependency` when npm is missing or cannot fetch the packages.
 */
export async function restorePackage(setting: Setting): Promise<string> {
  const { root, report } = setting;
  const folder = join(root, 'node_modules', name);
  const project = projectSchema.parse(JSON.parse(await readFile(join(root, 'package.json'), 'utf8')));
  const version = project.optionalDependencies[name];
  if (await isWhole(root, folder, version)) return folder;

  report(`Restoring the npm package ${name} ${version} ...`);
  const copy = join(root, 'node_modules', '.tfjs-node');
  await removeLeftovers(copy);
  const staging = temporaryPath(copy);
  try {
    await install(setting, staging, version);
    await moveMissing(staging, root, version);
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
  return folder;
}

async function isWhole(root: string, folder: string, version: string): Promise<boolean> {
  const installed = await readInstalled(folder);
  if (installed?.version !== version) return false;
  const needs = Object.keys(installed.dependencies).map(
    async (need) =>
      (await readInstalled(join(folder, 'node_modules', need))) ?? readInstalled(join(root, 'node_modules', need)),
  );
  return (await Promise.all(needs)).every((need) => need !== undefined);
}

async function readInstalled(folder: string): Promise<z.infer<typeof installedSchema> | undefined> {
  const text = await readFile(join(folder, 'package.json'), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : installedSchema.parse(JSON.parse(text));
}

async function install({ root, env }: Setting, folder: string, version: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const manifest = { name: 'tfjs-node-restored', private: true, dependencies: { [name]: version } };
  await writeFile(join(folder, 'package.json'), JSON.stringify(manifest));
  await copyFile(join(root, 'package-lock.json'), join(folder, 'package-lock.json'));
  // It may say which registry to use.
  await copyFile(join(root, '.npmrc'), join(folder, '.npmrc')).catch(() => undefined);
  const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error'];
  const args = [await findNpm(env), 'install', '--prefix', folder, ...flags];
  const { code, errors } = await run(process.execPath, args, { env, cwd: folder });
  if (code === 0) return;
  throw new FreshcarError(
    'missing-dependency',
    `npm could not fetch ${name} ${version} (${tellingLine(errors, /request to|reason|not found|ENOSPC|EACCES|EINTEGRITY/)}): ` +
      'check the network or the registry that npm is configured with, then run this again.',
  );
}

/** The script of the npm that runs us; run without npm, the one that `npm` means in the shell. */
async function findNpm(env: NodeJS.ProcessEnv): Promise<string> {
  if (env.npm_execpath?.endsWith('npm-cli.js')) return env.npm_execpath;
  for (const folder of [...(env.PATH ?? '').split(delimiter), dirname(process.execPath)]) {
    const script = await realpath(join(folder, 'npm')).catch(() => '');
    if (script.endsWith('.js')) return script;
  }
  throw new FreshcarError('missing-dependency', 'npm was not found: run this as `npm run setup:tensorflow`.');
}

/** Moves packages whose place in the project is empty; tfjs-node itself last, because where it is, all is. */
async function moveMissing(staging: string, root: string, version: string): Promise<void> {
  const tree = treeSchema.parse(JSON.parse(await readFile(join(staging, 'node_modules/.package-lock.json'), 'utf8')));
  const own = `node_modules/${name}`;
  const places = Object.keys(tree.packages).filter((place) => place !== own);
  try {
    for (const place of places) {
      if (!(await exists(join(root, place, 'package.json')))) await move(staging, root, place);
    }
    if ((await readInstalled(join(root, own)))?.version !== version) await move(staging, root, own);
  } catch (cause) {
    throw new FreshcarError(
      'missing-dependency',
      `Could not write to ${join(root, 'node_modules')}: ${reasonOf(cause)}.`,
      { cause },
    );
  }
}

async function move(from: string, to: string, place: string): Promise<void> {
  await mkdir(dirname(join(to, place)), { recursive: true });
  await rm(join(to, place), { recursive: true, force: true });
  await rename(join(from, place), join(to, place));
}

async function exists(path: string): Promise<boolean> {
  return access(path, constants.F_OK).then(
    () => true,
    () => false,
  );
}
