import { runProgram } from '../../model/cli/program.ts';
import type { Terminal } from '../../model/terminal.ts';

export interface CommandRun {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** A terminal that shows nothing, and never asks anybody to stop. */
export const silentTerminal: Terminal = {
  out: { write: () => true },
  err: { write: () => true },
  now: () => 0,
  interruption: () => new AbortController().signal,
};

export interface CommandOptions {
  /** Asks it to stop once this text has been printed. */
  readonly stopAt?: string;
  /** Its clock, in milliseconds. Default: the machine's. */
  readonly now?: () => number;
}

/** Runs `freshcar` in this process, away from a terminal. */
export async function freshcar(
  args: readonly string[],
  { stopAt, now = () => performance.now() }: CommandOptions = {},
): Promise<CommandRun> {
  const written = { out: '', err: '' };
  const stop = new AbortController();
  const stream = (name: keyof typeof written) => ({
    write: (text: string) => {
      written[name] += text;
      if (stopAt !== undefined && written[name].includes(stopAt)) stop.abort();
    },
  });
  const terminal: Terminal = {
    out: stream('out'),
    err: stream('err'),
    now,
    interruption: () => stop.signal,
  };
  return { code: await runProgram(args, terminal), ...written };
}
