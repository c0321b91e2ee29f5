import { runProgram } from '../../model/cli/program.ts';

export interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs `freshcar` with these arguments in this process. */
export async function freshcar(...args: readonly string[]): Promise<Outcome> {
  let [out, err] = ['', ''];
  const code = await runProgram(args, {
    out: { write: (text) => (out += text) },
    err: { write: (text) => (err += text) },
    now: () => 0,
    interruption: () => new AbortController().signal,
  });
  return { code, out, err };
}
