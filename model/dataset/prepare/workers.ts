import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { FreshcarError } from '../../errors.ts';
import type { SourcePicture } from '../sources/source.ts';
import { createPreparer, type Outcome, type PrepareOptions, type PreparePictures } from './prepare-pictures.ts';

/** Threads that make pictures ready; `close` ends them, whatever they are doing. */
export interface Workers {
  readonly prepare: PreparePictures;
  readonly close: () => Promise<void>;
}

interface Request {
  readonly pictures: readonly SourcePicture[];
  /** In memory that both threads share. */
  readonly pixels: Uint8Array;
}

interface Reply {
  readonly outcomes?: Outcome[];
  readonly error?: string;
}

/** Tells this module's own threads from others that happen to load it. */
const role = 'freshcar-prepare-pictures';

/** Threads that start before there is work; the others start when those are busy. */
const atOnce = 2;

/**
 * Starts up to `count` threads, each of which runs this same file; 0 does all work in the calling thread.
 *
 * Import this module by `await import(...)` alone: a bundler then gives it a file of its own, which a thread can run
 * without running the program. From the sources, threads start where Node itself reads TypeScript (22.18 and later).
 */
export function startWorkers(count: number, options: PrepareOptions): Workers {
  if (count === 0 || !canRun(import.meta.url)) return { prepare: createPreparer(options), close: async () => {} };
  const threads: Thread[] = [];
  const another = () => {
    const thread = startThread(options);
    threads.push(thread);
    return thread;
  };
  for (const _ of Array(Math.min(count, atOnce))) another();
  const idlest = () => threads.reduce((least, thread) => (thread.waiting() < least.waiting() ? thread : least));
  return {
    prepare: (pictures, pixels) => {
      const thread = idlest();
      const busy = thread.waiting() > 0 && threads.length < count;
      return (busy ? another() : thread).prepare(pictures, pixels);
    },
    close: async () => {
      await Promise.all(threads.map((thread) => thread.close()));
    },
  };
}

function canRun(url: string): boolean {
  const { features } = process;
  return !url.endsWith('.ts') || ('typescript' in features && Boolean(features.typescript));
}

interface Thread {
  readonly prepare: PreparePictures;
  /** How much it has been asked for and not answered yet. */
  readonly waiting: () => number;
  readonly close: () => Promise<unknown>;
}

interface Asked {
  readonly resolve: (outcomes: Outcome[]) => void;
  readonly reject: (reason: FreshcarError) => void;
}

function startThread(options: PrepareOptions): Thread {
  const worker = new Worker(new URL(import.meta.url), { workerData: { role, options } });
  // A thread answers in the order it was asked.
  const waiting: Asked[] = [];
  let failure: FreshcarError | undefined;
  const fail = (why: string) => {
    failure ??= new FreshcarError('unavailable', `A thread that reads pictures failed: ${why}.`);
    for (const { reject } of waiting.splice(0)) reject(failure);
  };
  worker.on('message', ({ outcomes, error }: Reply) => {
    const asked = waiting.shift();
    if (outcomes) asked?.resolve(outcomes);
    else asked?.reject(new FreshcarError('unavailable', `A picture could not be made ready: ${error}.`));
  });
  worker.on('error', (error) => fail(error instanceof Error ? error.message : String(error)));
  worker.on('exit', () => fail('it ended'));
  return {
    prepare: (pictures, pixels) => {
      if (failure) return Promise.reject(failure);
      return new Promise((resolve, reject) => {
        waiting.push({ resolve, reject });
        worker.postMessage({ pictures, pixels } satisfies Request);
      });
    },
    waiting: () => waiting.length,
    close: () => worker.terminate(),
  };
}

/** The other side of `startThread`. */
function serve(port: NonNullable<typeof parentPort>, prepare: PreparePictures): void {
  let queue = Promise.resolve();
  const answer = async ({ pictures, pixels }: Request) => {
    try {
      port.postMessage({ outcomes: await prepare(pictures, pixels) } satisfies Reply);
    } catch (error) {
      port.postMessage({ error: error instanceof Error ? error.message : String(error) } satisfies Reply);
    }
  };
  port.on('message', (request: Request) => {
    queue = queue.then(() => answer(request));
  });
}

if (!isMainThread && parentPort && workerData?.role === role) serve(parentPort, createPreparer(workerData.options));
