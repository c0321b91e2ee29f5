import { mkdir, rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { FreshcarError } from '../../errors.ts';
import { type Outcome, run, tellingLine } from './run.ts';
import type { Setting } from './setting.ts';
import { removeLeftovers, temporaryPath } from './temporary.ts';

/**
 * The highest version of Node's binary interface that tfjs-node 4.22 lists, and so the one whose folder it looks in on
 * every Node that this project runs on. An addon for it works on all of them.
 */
const nodeApi = 8;

/** The C headers of that interface, from npm. */
const nodeHeaders = join(dirname(createRequire(import.meta.url).resolve('node-api-headers')), 'include');

/** Where tfjs-node looks for its addon. */
export function addonPath(packageFolder: string): string {
  return join(packageFolder, `lib/napi-v${nodeApi}/tfjs_binding.node`);
}

/**
 * Compiles tfjs-node's addon, two files of C++, against the library staged in its `deps/`. The compiler is called directly
 * with the flags of the package's `binding.gyp`: so neither make nor Node's own headers, which many installations of Node
 * come without, have to be there.
 *
 * @throws FreshcarError `missing-dependency` when there is no C++ compiler, or when it fails.
 */
export async function buildAddon({ env, report }: Setting, packageFolder: string): Promise<void> {
  const addon = addonPath(packageFolder);
  report('Compiling the addon ...');
  await mkdir(dirname(addon), { recursive: true });
  await removeLeftovers(addon);
  const output = temporaryPath(addon);
  try {
    const { code, errors } = await compile(env, compilerFlags(packageFolder, output));
    if (code !== 0) throw new FreshcarError('missing-dependency', whyNotCompiled(code, errors));
    await rename(output, addon);
  } finally {
    await rm(output, { force: true });
  }
}

/** With the compiler that `CXX` names, else with the first of the usual ones that exists. */
async function compile(env: NodeJS.ProcessEnv, flags: readonly string[]): Promise<Outcome> {
  const chosen = env.CXX?.trim();
  let outcome: Outcome = { code: undefined, signal: null, errors: '' };
  for (const candidate of chosen ? [chosen] : ['g++', 'c++', 'clang++']) {
    // CXX may carry a wrapper or flags: "ccache g++".
    const [command = candidate, ...extra] = candidate.split(/\s+/);
    outcome = await run(command, [...extra, ...flags], { env });
    if (outcome.code !== undefined) return outcome;
  }
  return outcome;
}

function compilerFlags(packageFolder: string, output: string): string[] {
  const deps = join(packageFolder, 'deps');
  const language = ['-std=gnu++17', '-O3', '-fPIC', '-pthread', '-fno-exceptions', '-fno-rtti', '-w'];
  const defines = [`-DNAPI_VERSION=${nodeApi}`, '-DNODE_GYP_MODULE_NAME=tfjs_binding', '-DBUILDING_NODE_EXTENSION'];
  const includes = [`-I${join(deps, 'include')}`, `-I${nodeHeaders}`];
  const sources = ['tfjs_backend.cc', 'tfjs_binding.cc'].map((file) => join(packageFolder, 'binding', file));
  // The addon finds the library beside itself, wherever the project is moved to.
  const libraries = [`-L${join(deps, 'lib')}`, '-ltensorflow', '-ltensorflow_framework'];
  const linking = [...libraries, '-Wl,-rpath,$ORIGIN/../../deps/lib'];
  return ['-shared', ...language, ...defines, ...includes, ...sources, '-o', output, ...linking];
}

function whyNotCompiled(code: number | null | undefined, errors: string): string {
  if (code === undefined)
    return 'No C++ compiler was found: install one (on Debian and Ubuntu the package g++) or name one in CXX, then run this again.';
  return `The C++ compiler could not build the addon (${tellingLine(errors, /error/i)}): mend that, then run this again.`;
}
