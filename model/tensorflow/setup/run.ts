import { spawn } from 'node:child_process';

export interface RunOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** Lets the program write its standard output to this process's own: for those that show progress. Default: dropped. */
  readonly showOutput?: boolean;
}

export interface Outcome {
  /** Undefined when the program does not exist, null when a signal ended it. */
  readonly code: number | null | undefined;
  readonly signal: NodeJS.Signals | null;
  /** All that it wrote to standard error. */
  readonly errors: string;
}

/** Runs a program to its end. Never rejects: a program that does not exist is an outcome too. */
export function run(command: string, args: readonly string[], options: RunOptions): Promise<Outcome> {
  const { env, cwd, showOutput = false } = options;
  return new Promise((resolve) => {
    const child = spawn(command, args, { env, cwd, stdio: ['ignore', showOutput ? 'inherit' : 'ignore', 'pipe'] });
    let errors = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      errors += text;
    });
    child.once('error', (error) => resolve({ code: undefined, signal: null, errors: error.message }));
    child.once('close', (code, signal) => resolve({ code, signal, errors }));
  });
}

/** The line of a program's errors that says the most: the last that has `marker`, else the last one; as part of a sentence. */
export function tellingLine(errors: string, marker: RegExp): string {
  const lines = errors.split('\n').map((line) => line.trim());
  const told = lines.filter((line) => line !== '');
  const line = told.findLast((candidate) => marker.test(candidate)) ?? told.at(-1) ?? 'it gave no reason';
  return line.replace(/^(?:npm )?(?:error|ERR!):? /i, '').replace(/\.$/, '');
}
