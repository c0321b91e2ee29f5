import cluster, { type Worker } from 'node:cluster';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { FreshcarError } from '../../../model/errors.ts';
import type { Log } from '../log.ts';
import type { Serving } from './serve.ts';

/**
 * ONNX Runtime draws on the thread that asks, so one process uses one core: a pool runs the same program several times and
 * hands each of them its share of the connections, by node:cluster. Processes rather than threads, because ONNX Runtime's
 * binding has crashed in worker threads time and again (microsoft/onnxruntime 24486, 20084), and a crash takes them all.
 */

/** What a worker tells the process that started it: where it serves, or why it cannot; and when its model is loaded. */
export type WorkerMessage = { readonly serving: Serving } | { readonly refused: string } | { readonly ready: true };

/** Milliseconds after which a death counts no longer. */
const memory = 60_000;
const longestWait = 5000;
/** The longest wait while nobody serves: until it is over, the port is closed. */
const longestWaitOfAll = 500;
/** Milliseconds after its model was loaded that a worker has to live to have served well. */
const servedWell = 5000;
/** Milliseconds after which a worker that was told to end, and should within half of them, is killed. */
const patience = 10_000;

/**
 * Milliseconds to wait before another worker takes the place of one that ended: none after the first death, then half a
 * second, doubled for each further one within a minute, at most 5 seconds, and half a second while nobody else serves. So a worker that
 * dies of a whim is missed for a moment, and one that dies at every start does not take the cores from those that serve.
 *
 * @param deaths When workers ended that had not served well, this one included.
 * @param now Both in milliseconds from any fixed moment.
 * @param others How many workers serve meanwhile.
 */
export function waitAfter(deaths: readonly number[], now: number, others: number): number {
  const recent = deaths.filter((death) => now - death < memory).length;
  const longest = others > 0 ? longestWait : longestWaitOfAll;
  return recent <= 1 ? 0 : Math.min(longest, 500 * 2 ** (recent - 2));
}

/**
 * Starts workers that serve together on one port, replaces those that end, and ends all when this process is told to.
 * The others wait for the first to have its model, so that the first car comes soon and what stops it is said once.
 *
 * @throws FreshcarError `unavailable` when the first one cannot serve, with its reason.
 */
export async function startWorkerPool(size: number, log: Log): Promise<Serving> {
  const first = startWorker(log);
  const serving = await first.serving;
  const stop = new AbortController();
  const deaths: number[] = [];

  const keep = async (started: StartedWorker) => {
    for (let worker = started; ; worker = startWorker(log)) {
      worker.serving.catch(() => undefined);
      const { loadedAt, ...ending } = await worker.ending;
      if (stop.signal.aborted) return;
      const now = performance.now();
      const hasServed = now - loadedAt > servedWell;
      if (!hasServed) deaths.push(now);
      const others = Object.values(cluster.workers ?? {}).filter((other) => other?.isConnected()).length;
      const wait = hasServed ? 0 : waitAfter(deaths, now, others);
      log.error('A worker ended; another one takes its place.', { ...ending, wait });
      await sleep(wait, undefined, { signal: stop.signal }).catch(() => undefined);
      if (stop.signal.aborted) return;
    }
  };
  // Not `once`, so that the second signal of a Ctrl-C under npm does not end this process before its workers.
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => {
      stop.abort();
      killAll('SIGTERM');
      setTimeout(killAll, patience, 'SIGKILL').unref();
    });
  void keep(first);
  void first.ready.then(() => {
    if (!stop.signal.aborted) for (let count = 1; count < size; count++) void keep(startWorker(log));
  });
  return serving;
}

function killAll(signal: NodeJS.Signals): void {
  for (const worker of Object.values(cluster.workers ?? {})) worker?.process.kill(signal);
}

interface StartedWorker {
  /** Rejects when it ends before it serves. */
  readonly serving: Promise<Serving>;
  /** Resolves when it has loaded its model, or ended. */
  readonly ready: Promise<unknown>;
  /** What the log tells about its end, and when it had loaded its model. */
  readonly ending: Promise<Readonly<Record<string, unknown>> & { readonly loadedAt: number }>;
}

function startWorker(log: Log): StartedWorker {
  const worker: Worker = cluster.fork();
  closeLostConnection(worker);
  // What cannot be told to a worker that is ending is no reason for the others to end.
  worker.on('error', (error) => log.warn('A worker could not be told something.', { reason: error.message }));
  let reason: string | undefined;
  let loadedAt = Number.POSITIVE_INFINITY;
  const ending = once(worker, 'exit').then(([code, signal]) => ({
    worker: worker.process.pid,
    code,
    signal,
    reason,
    loadedAt,
  }));
  const loaded = new Promise<void>((resolve) => {
    worker.on('message', (message: WorkerMessage) => {
      if (!('ready' in message)) return;
      loadedAt = performance.now();
      resolve();
    });
  });
  const serving = new Promise<Serving>((resolve, reject) => {
    worker.on('message', (message: WorkerMessage) => {
      if ('serving' in message) resolve(message.serving);
      if ('refused' in message) reason = message.refused;
    });
    void ending.then(({ code, signal }) =>
      reject(
        new FreshcarError(
          'unavailable',
          reason ?? `The server ended before it could serve: ${signal ?? `code ${code}`}.`,
        ),
      ),
    );
  });
  return { serving, ready: Promise.race([loaded, ending]), ending };
}

/**
 * A connection that node:cluster was handing over when the worker died is in nobody's hands and would stay open, unanswered,
 * for ever; closed, its caller can ask again. Such callers are not rare: those who lost their connection to the worker come
 * back at once, often before its end was noticed. There is one at most, since a worker gets the next when it has taken this.
 */
function closeLostConnection({ process: child }: Worker): void {
  let handed: { readonly handle: { close(): void }; readonly sequence: unknown } | undefined;
  child.send = new Proxy(child.send, {
    apply(send, self, parameters) {
      const [message, handle] = parameters;
      if (handle) handed = { handle, sequence: message.seq };
      return Reflect.apply(send, self, parameters);
    },
  });
  // Whether it took the connection or, about to end, declined it and another worker gets it: it has it no longer.
  child.on('internalMessage', ({ ack }: { ack?: unknown }) => {
    if (ack !== undefined && ack === handed?.sequence) handed = undefined;
  });
  // A connection that was taken is closed on this side already, and closing it again does nothing.
  child.once('exit', () => handed?.handle.close());
}
