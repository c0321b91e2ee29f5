import type { Command } from 'commander';
import type { Terminal } from '../terminal.ts';
import { storeHelp, storeOption } from './store-option.ts';

const examples = `
Every file of the version is checked first. Running services follow within minutes, without a deploy.
${storeHelp}
Examples:
  $ freshcar promote fronts-32 --store s3://freshcar-models
  $ freshcar promote fronts-32 --store ./store --dry-run
`;

export function promoteCommand(program: Command, terminal: Terminal): void {
  program
    .command('promote')
    .description('make a published version the one that is served')
    .argument('<version>', "the model's version")
    .addOption(storeOption())
    .option('--dry-run', 'check everything and write nothing')
    .addHelpText('after', examples)
    .action(async (version: string, flags) => {
      const { runPromote } = await import('./run-store.ts');
      await runPromote(version, flags, terminal);
    });
}
