import { Command, CommanderError } from 'commander';
import packageJson from '../../package.json' with { type: 'json' };
import { errorCodes, FreshcarError } from '../errors.ts';
import type { Terminal } from '../terminal.ts';
import { compareCommand } from './compare.ts';
import { datasetPrepareCommand } from './dataset-prepare.ts';
import { datasetSplitCommand } from './dataset-split.ts';
import { directionsCommand } from './directions.ts';
import { evaluateCommand } from './evaluate.ts';
import { exportCommand } from './export.ts';
import { importKerasCommand } from './import-keras.ts';
import { indexCommand } from './index-cars.ts';
import { morphCommand } from './morph.ts';
import { offerCommand } from './offer.ts';
import { projectCommand } from './project.ts';
import { promoteCommand } from './promote.ts';
import { publishCommand } from './publish.ts';
import { rollbackCommand } from './rollback.ts';
import { sampleCommand } from './sample.ts';
import { sideBySideCommand } from './side-by-side.ts';
import { timeLapseCommand } from './time-lapse.ts';
import { trainCommand } from './train.ts';
import { withdrawCommand } from './withdraw.ts';

/**
 * Adds one subcommand to the program. Heavy imports (TensorFlow, sharp, the S3 client) belong inside its action, by
 * `await import(...)`, so that `freshcar --help` stays quick.
 */
export type AddCommand = (program: Command, terminal: Terminal) => void;

/** Every subcommand, in the order of the help: add a file, then a line here. */
const commands: readonly AddCommand[] = [
  datasetPrepareCommand,
  datasetSplitCommand,
  trainCommand,
  sampleCommand,
  morphCommand,
  directionsCommand,
  indexCommand,
  projectCommand,
  timeLapseCommand,
  evaluateCommand,
  compareCommand,
  sideBySideCommand,
  exportCommand,
  importKerasCommand,
  publishCommand,
  promoteCommand,
  rollbackCommand,
  offerCommand,
  withdrawCommand,
];

/** The whole command line, not yet run. */
export function createProgram(terminal: Terminal): Command {
  const program = new Command('freshcar')
    .description('Cars that do not exist: pack photographs, train a DCGAN on them, draw, measure and publish.')
    .version(packageJson.version, '-V, --version', 'print the version')
    .option(...debugOption)
    // Otherwise the program's --version would also be the one of `freshcar export`, which names a model.
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({ writeOut: (text) => terminal.out.write(text), writeErr: (text) => terminal.err.write(text) })
    .showHelpAfterError('Add --help to see what can be asked for.');
  for (const add of commands) add(program, terminal);
  for (const command of leavesOf(program)) command.option(...debugOption).hook('preAction', refuseEmpty);
  return program;
}

const debugOption = ['--debug', 'when something fails, print where in the program it did'] as const;

/** An empty path or name, as a shell makes it of a variable that is not set, would be taken for the folder one is in. */
function refuseEmpty(command: Command): void {
  const empty = Object.entries(command.opts()).find(([, value]) => value === '');
  const blank = command.args.includes('');
  if (empty === undefined && !blank) return;
  const what =
    empty === undefined ? 'An argument' : `--${empty[0].replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  throw new FreshcarError('invalid-input', `${what} is empty; say what is meant.`);
}

function leavesOf(command: Command): Command[] {
  return command.commands.flatMap((below) => (below.commands.length === 0 ? [below] : leavesOf(below)));
}

/**
 * Runs `freshcar` with the arguments after its name and returns the exit code: 0 when done, 1 when it failed, 2 when
 * asked wrongly. Failures are told in a sentence; with `--debug`, with their stack and causes too.
 */
export async function runProgram(args: readonly string[], terminal: Terminal): Promise<number> {
  try {
    await createProgram(terminal).parseAsync(args, { from: 'user' });
    return 0;
  } catch (error) {
    // Commander has printed its message, the help or the version itself.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : errorCodes['invalid-input'].exit;
    terminal.err.write(`${describeFailure(error, args.includes('--debug'))}\n`);
    return error instanceof FreshcarError ? errorCodes[error.code].exit : 1;
  }
}

function describeFailure(error: unknown, debug: boolean): string {
  const message = error instanceof Error ? error.message : String(error);
  if (!debug) {
    const unexpected = error instanceof FreshcarError ? '' : ' (unexpected; --debug shows where)';
    return `error: ${message}${unexpected}`;
  }
  const lines: string[] = [];
  for (let cause = error; cause !== undefined; cause = cause instanceof Error ? cause.cause : undefined)
    lines.push(cause instanceof Error ? (cause.stack ?? cause.message) : String(cause));
  return `error: ${lines.join('\ncaused by: ')}`;
}
