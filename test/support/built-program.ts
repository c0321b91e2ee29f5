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
  /** Resolves once it has printed `text`; rejects with its output when it ends without. */
  printed(text: string): Promise<void>;
  /** Resolves when it is gone and all its output is read. */
  ended(): Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
}

/** Builds `freshcar` once for a test file, as `npm ci` does. Returns what starts it as a process of its own. */
export function builtFreshcar(): (args: readonly string[]) => RunningProgram {
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
  return (args) => start(join(folder, 'freshcar.js'), args);
}

function start(program: string, args: readonly string[]): RunningProgram {
  const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const output = { text: '' };
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (output.text += data));
  const closed = once(child, 'close');
  onTestFinished(() => void child.kill('SIGKILL'));
  return {
    child,
    output,
    printed: async (text) => {
      let gone = false;
      void closed.then(() => (gone = true));
      while (!output.text.includes(text)) {
        if (gone) throw new Error(`it ended without printing "${text}":\n${output.text}`);
        await Promise.race([once(child.stdout, 'data'), once(child.stderr, 'data'), closed]);
      }
    },
    ended: async () => {
      const [code, signal] = await closed;
      return { code, signal };
    },
  };
}
