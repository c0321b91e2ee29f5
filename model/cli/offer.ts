import type { Command } from 'commander';
import type { Terminal } from '../terminal.ts';
import { storeHelp, storeOption } from './store-option.ts';

const examples = `
Every file of the version is checked first. /models lists what is offered, the page shows the largest cars of all, and
running services follow within minutes. Promoting and rolling back leave the offers alone, but what becomes current is offered
no longer, after a rollback neither.
${storeHelp}
Examples:
  $ freshcar offer fronts-64 --store s3://freshcar-models
  $ freshcar offer fronts-64 --withdraw --store s3://freshcar-models
`;

export function offerCommand(program: Command, terminal: Terminal): void {
  program
    .command('offer')
    .description('offer a published version as an alternate to the one that is served')
    .argument('<version>', "the model's version")
    .addOption(storeOption())
    .option('--withdraw', 'offer it no longer')
    .option('--dry-run', 'check everything and write nothing')
    .addHelpText('after', examples)
    .action(async (version: string, flags) => {
      const { runOffer } = await import('./run-store.ts');
      await runOffer(version, flags, terminal);
    });
}
