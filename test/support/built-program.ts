import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, onTestFinished } from 'vitest';

export interface RunningProgram {
  readonly child: ChildProcess;
  /** All that it printed so far. */
  readonly output: { text: string };
  /** Resolves once it has printed `text` so many times; rejects with its output when it ends without. */
  printed(text: string, times?: number): Promise<void>;
  /** Resolves when it is gone and all its output is read. */
  ended(): Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
}

interface StartOptions {
  /** The largest file that it can write, in blocks of 512 or 1024 bytes, whichever the shell counts in. */
  readonly fileBlocks?: number;
}

/** Builds `freshcar` once for a test file, as `npm ci` does. Returns what starts it as a process of its own. */
export function builtFreshcar(): (args: readonly string[], options?: StartOptions) => RunningProgram {
  let folder: string;
  beforeAll(async () => {
    // Inside node_modules, because the built program looks for its packages upwards from where it lies.
    const cache = resolve('node_modules/.cache');
    await mkdir(cache, { recursive: true });
    folder = await mkdtemp(join(cache, 'freshcar-command-'));
    const entryPoints = [resolve('model/cli/freshcar.ts')];
    const options = { bundle: true, splitting: true, format: 'esm', platform: 'node', target: 'node20' } as const;
    await build({ ...options, entryPoints, outdir: folder, packages: 'external' });
    await writeFile(join(folder, 'package.json'), '{"type":"module"}');
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  return (args, options) => start(join(folder, 'freshcar.js'), args, options);
}

function start(program: string, args: readonly string[], { fileBlocks }: StartOptions = {}): RunningProgram {
  const command = [process.execPath, program, ...args];
  const [name = '', ...rest] =
    fileBlocks === undefined ? command : ['sh', '-c', `ulimit -f ${fileBlocks}; exec "$@"`, 'sh', ...command];
  const child = spawn(name, rest, { stdio: ['ignore', 'pipe', 'pipe'] });
  const output = { text: '' };
  let wake = () => {};
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (data) => {
      output.text += data;
      wake();
    });
  const closed = once(child, 'close');
  onTestFinished(() => void child.kill('SIGKILL'));
  return {
    child,
    output,
    printed: async (text, times = 1) => {
      let gone = false;
      void closed.then(() => (gone = true));
      while (output.text.split(text).length <= times) {
        if (gone) throw new Error(`it ended without printing "${text}":\n${output.text}`);
        await Promise.race([new Promise<void>((resolve) => (wake = resolve)), closed]);
      }
    },
    ended: async () => {
      const [code, signal] = await closed;
      return { code, signal };
    },
  };
}
