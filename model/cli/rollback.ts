import type { Command } from 'commander';
import type { Terminal } from '../terminal.ts';
import { storeHelp, storeOption } from './store-option.ts';

const examples = `
A second rollback goes forward again. --from keeps two people who notice the same fault from doing just that.
${storeHelp}
Examples:
  $ freshcar rollback --store s3://freshcar-models
  $ freshcar rollback --from fronts-64 --store s3://freshcar-models
`;

export function rollbackCommand(program: Command, terminal: Terminal): void {
  program
    .command('rollback')
    .description('serve the version again that was served before the current one')
    .addOption(storeOption())
    .option('--from <version>', 'only if this version is current')
    .option('--dry-run', 'check everything and write nothing')
    .addHelpText('after', examples)
    .action(async (flags) => {
      const { runRollback } = await import('./run-store.ts');
      await runRollback(flags, terminal);
    });
}
