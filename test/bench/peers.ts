import { execFile } from 'node:child_process';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { FreshcarError } from '../../model/errors.ts';

const run = promisify(execFile);

/** How what people would use instead is run. */
export interface Peers {
  /** A Python with the peers' packages. */
  readonly python: string;
  /** The folder with their programs. */
  readonly folder: string;
}

const folder = 'test/bench/peers';
const howTo =
  'This makes one that has: python3 -m venv ~/.cache/freshcar-peers && ' +
  `~/.cache/freshcar-peers/bin/pip install -r ${folder}/requirements.txt; then --peers ~/.cache/freshcar-peers/bin/python.`;

const seedService = ['numpy', 'keras', 'tensorflow', 'flask', 'waitress', 'PIL'];
/** What each benchmark's peers import. */
const modules: Readonly<Record<string, readonly string[]>> = {
  packing: ['numpy', 'PIL'],
  training: ['keras', 'tensorflow', 'torch'],
  handler: seedService,
  server: [...seedService, 'torch', 'onnx', 'onnxscript', 'onnxruntime', 'fastapi', 'uvicorn'],
  cold: seedService,
};
const unfound =
  'import importlib.util as find, sys; print(*[name for name in sys.argv[1:] if find.find_spec(name) is None])';

/**
 * Finds out, before anything is measured, whether `python` can run the peers of some benchmarks.
 *
 * @throws FreshcarError `invalid-input` that names what is missing and how to have it.
 */
export async function openPeers(python: string, benchmarks: readonly string[]): Promise<Peers> {
  const wanted = [...new Set(benchmarks.flatMap((name) => modules[name] ?? []))];
  const answer = await run(python, ['-c', unfound, ...wanted]).catch((cause) => {
    const why = isMissing(cause)
      ? 'is no program here'
      : `does not work as Python (${lastLine(cause) || cause.message})`;
    throw new FreshcarError(
      'invalid-input',
      `${python} ${why}; --peers takes a Python with the peers' packages. ${howTo}`,
    );
  });
  const missing = answer.stdout.trim();
  if (missing === '') return { python, folder: resolve(folder) };
  throw new FreshcarError('invalid-input', `${python} lacks ${missing.split(' ').join(', ')}. ${howTo}`);
}

/**
 * What a peer's program prints.
 *
 * @throws FreshcarError `invalid-input` with the last that it said, where it fails.
 */
export async function runPeer({ python, folder }: Peers, program: string, args: readonly string[]): Promise<string> {
  const { stdout } = await run(python, [join(folder, program), ...args], { maxBuffer: 1 << 26 }).catch((cause) => {
    throw peerFailure(program, lastLine(cause) || cause.message);
  });
  return stdout;
}

export function peerFailure(program: string, why: string): FreshcarError {
  return new FreshcarError('invalid-input', `The peer ${program} does not run: ${why}. Is its Python whole? ${howTo}`);
}

/** Of what a program complained: a Python's exception, without the places that it came through. */
export function lastLine({ stderr }: { readonly stderr?: string }): string {
  return stderr?.trim().split('\n').at(-1)?.replace(/\.$/, '') ?? '';
}

function isMissing(cause: { readonly code?: unknown }): boolean {
  return cause.code === 'ENOENT' || cause.code === 'EACCES';
}
