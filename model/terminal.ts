import { constants } from 'node:os';

/** What a command knows of the world: where to write, the time, and whether it has been asked to stop. */
export interface Terminal {
  /** What was asked for: results and help. */
  readonly out: Stream;
  /** What goes on meanwhile: progress, warnings, errors. */
  readonly err: Stream;
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
  /**
   * Aborts on the first Ctrl-C, SIGTERM or lost terminal from the call on; one that comes later than a second after it ends the
   * process at once. Right after it, the same one comes again where npx hands on what the terminal has sent to both.
   */
  readonly interruption: () => AbortSignal;
}

export interface Stream {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
}

/** Signals this soon after the first are that one, told twice. */
const echoMilliseconds = 1000;

/** The terminal of this process. */
export function processTerminal(): Terminal {
  let controller: AbortController | undefined;
  for (const stream of [process.stdout, process.stderr]) stream.on('error', passOverClosedPipe);
  return {
    out: process.stdout,
    err: process.stderr,
    now: () => performance.now(),
    interruption: () => {
      if (controller) return controller.signal;
      const stop = new AbortController();
      let first: number | undefined;
      for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
        process.on(name, () => {
          first ??= performance.now();
          if (performance.now() - first > echoMilliseconds) process.exit(128 + constants.signals[name]);
          stop.abort(name);
          if (name === 'SIGHUP') process.on('exit', endWithTerminal);
        });
      controller = stop;
      return stop.signal;
    },
  };
}

/**
 * Node aborts, and leaves a core dump, when it cannot give a terminal that is gone its settings back. So that the process ends as any
 * does whose terminal is closed, all else done, it lets the signal have its usual effect.
 */
function endWithTerminal(): void {
  if (!process.stdin.isTTY && !process.stdout.isTTY && !process.stderr.isTTY) return;
  process.removeAllListeners('SIGHUP');
  process.kill(process.pid, 'SIGHUP');
}

/**
 * The reader closed the pipe (`freshcar --help | head`), or the terminal is gone: what is printed from then on reaches nobody, which
 * is no failure.
 */
function passOverClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE' && error.code !== 'EIO') throw error;
}

/** A name from outside for a terminal: characters that would move its cursor or colour it are told by their numbers. */
export function printable(text: string): string {
  return text.replace(/\p{C}/gu, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
}
