import { mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { FreshcarError } from '../../errors.ts';
import { run, tellingLine } from './run.ts';
import type { Setting } from './setting.ts';
import { requireSpace } from './space.ts';
import { removeLeftovers, temporaryPath } from './temporary.ts';

/** The library, its companion, and the headers that the addon includes; the wheel's other 12,000 files are Python's. */
const wanted = [
  'tensorflow/libtensorflow_cc.so.2',
  'tensorflow/libtensorflow_framework.so.2',
  'tensorflow/include/tensorflow/c/',
  'tensorflow/include/tensorflow/core/platform/',
  'tensorflow/include/tsl/c/',
  'tensorflow/include/tsl/platform/',
];

/** The name under which tfjs-node looks for the library, and those under which the linker and the loader do. */
const library = 'libtensorflow.so.2.9.1';
const framework = 'libtensorflow_framework.so.2';
const links = {
  'libtensorflow.so': library,
  'libtensorflow_cc.so.2': library,
  'libtensorflow_framework.so': framework,
};

/** Bytes of the library and its companion, with a margin for the headers. */
const unpackedBytes = 640e6;

/** Python reads zip files of any size and checks their sums; it is here anyway, for pip. */
const extraction = `
import sys, zipfile
wheel = zipfile.ZipFile(sys.argv[1])
wheel.extractall(sys.argv[2], [name for name in wheel.namelist() if name.startswith(tuple(sys.argv[3:]))])
`;

/** Says in a staged folder which wheel it came from; written last, so where it is, all is. */
const stamp = 'wheel.sha256';

/**
 * Puts TensorFlow's shared library and headers out of a wheel into `deps/` of the tfjs-node package, where the package
 * expects what its install script would have downloaded. Does nothing when they are there already. A `deps/` from
 * elsewhere is replaced, in one rename.
 *
 * @throws FreshcarError `missing-dependency` when Python is missing, the disk is full or the wheel lacks a file.
 */
export async function stageLibrary(
  { env, report }: Setting,
  wheel: { readonly path: string; readonly sha256: string },
  packageFolder: string,
): Promise<void> {
  const deps = join(packageFolder, 'deps');
  if ((await readFile(join(deps, stamp), 'utf8').catch(() => '')) === wheel.sha256) return;
  await removeLeftovers(deps);
  const staging = temporaryPath(deps);
  try {
    await requireSpace(packageFolder, unpackedBytes);
    report('Unpacking the library (about 620 MB) ...');
    await extract(env, wheel.path, staging);
    await arrange(staging);
    await writeFile(join(staging, stamp), wheel.sha256);
    await rm(deps, { recursive: true, force: true });
    await rename(staging, deps);
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

async function extract(env: NodeJS.ProcessEnv, wheel: string, folder: string): Promise<void> {
  await mkdir(folder);
  const { code, errors } = await run('python3', ['-c', extraction, wheel, folder, ...wanted], { env });
  if (code === 0) return;
  const why =
    code === undefined
      ? 'Python is missing: install python3'
      : /No space left on device/.test(errors)
        ? `The disk filled up while unpacking into ${dirname(folder)}: make room`
        : `Python could not unpack ${wheel} (${tellingLine(errors, /Error/)}): remove that file`;
  throw new FreshcarError('missing-dependency', `${why}, then run this again.`);
}

/** From the wheel's layout to tfjs-node's. */
async function arrange(staging: string): Promise<void> {
  const unpacked = join(staging, 'tensorflow');
  const lib = join(staging, 'lib');
  await mkdir(lib);
  try {
    await rename(join(unpacked, 'libtensorflow_cc.so.2'), join(lib, library));
    await rename(join(unpacked, framework), join(lib, framework));
    await rename(join(unpacked, 'include'), join(staging, 'include'));
  } catch (cause) {
    throw new FreshcarError('missing-dependency', 'The wheel does not hold the library where it should be.', { cause });
  }
  for (const [name, target] of Object.entries(links)) await symlink(target, join(lib, name));
  await rm(unpacked, { recursive: true });
}
