import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { describe, expect, it, onTestFinished } from 'vitest';
import { answers } from '../support/ports.ts';

/** Starts the server as people do; resolves with its port. Everything that comes of it is one process group. */
async function npmStart(shell: string): Promise<{ npm: ChildProcess; port: number }> {
  const npm = spawn('npm', ['start', `--script-shell=${shell}`, '--', '--port', '0', '--workers', '2'], {
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  onTestFinished(() => {
    if (isLeft(npm)) process.kill(-Number(npm.pid), 'SIGKILL');
  });
  for await (const line of createInterface(npm.stdout as NodeJS.ReadableStream)) {
    const port = /http:\/\/localhost:(\d+)/.exec(line)?.[1];
    if (port) return { npm, port: Number(port) };
  }
  throw new Error('npm start ended before it said where it serves.');
}

/** Whether any process of the group is left. */
function isLeft({ pid }: ChildProcess): boolean {
  try {
    return process.kill(-Number(pid), 0);
  } catch {
    return false;
  }
}

/** Whether the shell gives way to a command that is the only one; the dash of Debian 12 does not. */
function givesWay(shell: string): boolean {
  try {
    const parent = execFileSync(shell, ['-c', `'${process.execPath}' -p process.ppid`], { encoding: 'utf8' });
    return Number(parent) === process.pid;
  } catch {
    return false;
  }
}

describe.skipIf(process.platform === 'win32')('npm start (skipped on Windows, which has no such signals)', () => {
  for (const shell of ['sh', 'bash'])
    it.skipIf(!givesWay(shell))(
      `ends with every process of it at a SIGTERM to npm (skipped where ${shell} is not there or stays between them)`,
      async () => {
        const { npm, port } = await npmStart(shell);
        expect((await fetch(`http://localhost:${port}/health`)).status).toBe(200);
        npm.kill('SIGTERM');
        // Not before every process of it has let go of what it prints to.
        expect(await once(npm, 'close')).toEqual([0, null]);
        expect(isLeft(npm)).toBe(false);
        expect(await answers(port)).toBe(false);
      },
    );

  it.skipIf(spawnSync('ps').status !== 0)(
    'leaves no process of the build beside the server (skipped without ps)',
    async () => {
      const { npm } = await npmStart('sh');
      const processes = execFileSync('ps', ['-A', '-o', 'pgid=,args='], { encoding: 'utf8' }).split('\n');
      const own = processes.filter((line) => Number.parseInt(line, 10) === npm.pid);
      expect(own.filter((line) => /start\.mjs|server\.js/.test(line)).length).toBeGreaterThan(1);
      expect(own.filter((line) => line.includes('esbuild'))).toEqual([]);
    },
  );
});
