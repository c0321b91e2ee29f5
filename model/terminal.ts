/** What a command knows of the world: where to write, the time, and whether it has been asked to stop. */
export interface Terminal {
  /** What was asked for: results and help. */
  readonly out: Stream;
  /** What goes on meanwhile: progress, warnings, errors. */
  readonly err: Stream;
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
  /** Aborts on the first Ctrl-C or SIGTERM from the call on; a second one ends the process at once. */
  readonly interruption: () => AbortSignal;
}

export interface Stream {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
}

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
      // `once`: with the listener gone, the second signal has its usual effect.
      for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stop.abort(name));
      controller = stop;
      return stop.signal;
    },
  };
}

/** Whoever read us has seen enough (`freshcar --help | head`): what is printed from then on is for nobody, and no failure. */
function passOverClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
}
