import type { Command } from 'commander';
import { FreshcarError } from '../../errors.ts';

/** Does what the command line asks for; what a person can mend is told in its sentence, with exit code 1. */
export async function runProgram(program: Command): Promise<void> {
  try {
    await program.parseAsync();
  } catch (error) {
    if (!(error instanceof FreshcarError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}
