import { readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { FreshcarError } from '../../errors.ts';
import { temporaryName, writeNew } from '../../files.ts';

/**
 * `run.lock` in a run folder: who trains there. Two trainings in one folder would remove each other's files and write into each
 * other's metrics. A process that was killed leaves its lock behind; the next one sees that nobody holds it and takes it over.
 */

const lockName = 'run.lock';

const holderSchema = z.object({
  pid: z.int(),
  host: z.string(),
  /** When it took the lock, for people. */
  since: z.string(),
  /** When its process began, as the system counts; tells it from a later one that got the same number. */
  began: z.string().optional(),
  /** Which of its process's locks it is. */
  claim: z.int().optional(),
});

type Holder = z.output<typeof holderSchema>;

export interface RunLock {
  /** Shows those on other machines that the holder is alive; to be called now and then. */
  renew(): Promise<void>;
  release(): Promise<void>;
}

/** A lock from another machine that was not renewed for so many milliseconds is nobody's any more. */
const forgotten = 10 * 60_000;
/** What this process wrote, or is about to write, into locks: its own number in a lock is no proof that it holds it. */
const held = new Set<string>();
let claims = 0;

interface LockOptions {
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** Takes it from whoever has it: for jobs of which there is never more than one, on a new machine each time. */
  readonly takeOver?: boolean;
}

/**
 * Takes the lock of a run folder, which is made if need be.
 *
 * @throws FreshcarError `conflict` that names the process which holds it, `unavailable` when the folder cannot be written.
 */
export async function lockRun(folder: string, { clock: now, takeOver = false }: LockOptions): Promise<RunLock> {
  const path = join(folder, lockName);
  const own: Holder = {
    pid: process.pid,
    host: hostname(),
    since: new Date(now()).toISOString(),
    ...(await beginOf(process.pid)),
    claim: ++claims,
  };
  const text = `${JSON.stringify(own)}\n`;
  // Before it is written: another one of this process may read it before this one comes to its next line.
  held.add(text);
  try {
    while (!(await writeNew(path, text))) {
      const found = await readFile(path, 'utf8').catch(() => undefined);
      // Released or taken over by another one meanwhile.
      if (found === undefined) continue;
      const holder = parseHolder(found);
      if (holder && !takeOver && (await isAlive(path, found, holder, now))) throw refusal(folder, holder);
      await takeAway(path, found);
    }
  } catch (error) {
    held.delete(text);
    throw error;
  }
  return {
    renew: () => utimes(path, now() / 1000, now() / 1000).catch(() => undefined),
    release: async () => {
      held.delete(text);
      const found = await readFile(path, 'utf8').catch(() => undefined);
      if (found === text) await rm(path, { force: true });
    },
  };
}

function refusal(folder: string, { pid, host, since }: Holder): FreshcarError {
  const stop =
    host === hostname()
      ? `Stop it (kill ${pid}, which saves)`
      : `Stop it there, or remove ${join(folder, lockName)} if it is gone`;
  return new FreshcarError(
    'conflict',
    `${folder} is being trained by process ${pid} on ${host}, since ${since}. ${stop}, or choose another folder.`,
  );
}

function parseHolder(text: string): Holder | undefined {
  try {
    return holderSchema.parse(JSON.parse(text));
  } catch {
    // Cut off by a full disk or a crash of the machine: nobody's.
    return undefined;
  }
}

async function isAlive(path: string, text: string, { pid, host, began }: Holder, now: () => number): Promise<boolean> {
  if (host !== hostname()) return now() - (await renewedAt(path)) < forgotten;
  if (pid === process.pid) return held.has(text);
  try {
    process.kill(pid, 0);
  } catch (cause) {
    // Another user's process is one, too.
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'EPERM')) return false;
  }
  const current = (await beginOf(pid)).began;
  return current === undefined || began === undefined || current === began;
}

async function renewedAt(path: string): Promise<number> {
  return stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => 0,
  );
}

/** The 22nd field of Linux's `/proc/PID/stat`, in ticks since the machine started; elsewhere nothing is known. */
async function beginOf(pid: number): Promise<{ began?: string }> {
  try {
    const text = await readFile(`/proc/${pid}/stat`, 'utf8');
    // The second field is the program's name in brackets, which may hold anything.
    const began = text.slice(text.lastIndexOf(')') + 2).split(' ')[19];
    return began === undefined ? {} : { began };
  } catch {
    return {};
  }
}

/** Moves the lock away if it still says `text`; of several who try at once, one takes away what all have read. */
async function takeAway(path: string, text: string): Promise<void> {
  const aside = temporaryName(path);
  try {
    await rename(path, aside);
  } catch {
    return;
  }
  const moved = await readFile(aside, 'utf8').catch(() => text);
  if (moved !== text) await writeNew(path, moved);
  await rm(aside, { force: true });
}
