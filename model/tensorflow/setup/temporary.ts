import { readdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** Where this process makes what will be renamed to `path` once it is whole. */
export function temporaryPath(path: string): string {
  return `${path}.${process.pid}.tmp`;
}

/** Removes what processes that no longer run left at temporary names of `path`: some of it is hundreds of megabytes. */
export async function removeLeftovers(path: string): Promise<void> {
  const folder = dirname(path);
  const names = await readdir(folder).catch(() => []);
  for (const name of names) {
    const [, owner] = name.startsWith(`${basename(path)}.`) ? (/\.(\d+)\.tmp$/.exec(name) ?? []) : [];
    if (owner !== undefined && !isRunning(Number(owner)))
      await rm(join(folder, name), { recursive: true, force: true });
  }
}

/** Whether another process with this id runs; our own id on a leftover belonged to an earlier process. */
function isRunning(pid: number): boolean {
  if (pid === process.pid) return false;
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // EPERM: it runs, but under another user.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
