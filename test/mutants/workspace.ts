import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Mutation, mutate } from './mutations.ts';

/** A copy of the project in which sources can be broken, so that nobody meets a broken one by accident. */
export interface Workspace {
  readonly root: string;
  read(source: string): string;
  /** Whether these tests fail; those that hang for longer than `limit` milliseconds do. */
  fails(tests: readonly string[], limit: number): Promise<boolean>;
  /** Has a source broken while `work` runs. */
  breaking<T>(source: string, mutation: Mutation, work: () => Promise<T>): Promise<T>;
  remove(): void;
}

/** What git does not know and the tests need: the built page and the graphs of the shipped models. */
const built = ['dist', 'model/pretrained/models'];

/** @param from The project's folder. */
export function createWorkspace(from: string): Workspace {
  const root = mkdtempSync(path.join(tmpdir(), 'freshcar-mutants-'));
  const list = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '-z'], { cwd: from, encoding: 'utf8' });
  for (const file of list.split('\0').filter(Boolean)) {
    mkdirSync(path.join(root, path.dirname(file)), { recursive: true });
    cpSync(path.join(from, file), path.join(root, file));
  }
  for (const folder of built) cpSync(path.join(from, folder), path.join(root, folder), { recursive: true });
  symlinkSync(path.join(from, 'node_modules'), path.join(root, 'node_modules'));
  const inside = (source: string) => path.join(root, source);
  return {
    root,
    read: (source) => readFileSync(inside(source), 'utf8'),
    fails: (tests, limit) => fails(root, tests, limit),
    async breaking(source, mutation, work) {
      const text = readFileSync(inside(source), 'utf8');
      writeFileSync(inside(source), mutate(text, mutation));
      try {
        return await work();
      } finally {
        writeFileSync(inside(source), text);
      }
    },
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}

async function fails(root: string, tests: readonly string[], limit: number): Promise<boolean> {
  const vitest = path.join(root, 'node_modules/vitest/vitest.mjs');
  const args = [vitest, 'run', '--bail', '1', '--reporter', 'dot', ...tests];
  // A group of its own, so that what the tests have started ends with them.
  const child = spawn(process.execPath, args, { cwd: root, stdio: 'ignore', detached: true });
  const timer = setTimeout(() => process.kill(-(child.pid ?? 0), 'SIGKILL'), limit);
  const [code] = await once(child, 'exit');
  clearTimeout(timer);
  return code !== 0;
}
