import type { Command } from 'commander';
import type { Terminal } from '../terminal.ts';
import { storeHelp, storeOption } from './store-option.ts';

const examples = `
Nothing is served differently before the version is promoted or offered. A publication that was interrupted leaves nothing that
could be served; the same command again finishes it.
${storeHelp}
Examples:
  $ freshcar publish runs/first --store s3://freshcar-models --dry-run
  $ freshcar publish bundle --store s3://freshcar-models
  $ freshcar publish bundle --store ./store
`;

export function publishCommand(program: Command, terminal: Terminal): void {
  program
    .command('publish')
    .description('copy a bundle into a store, under its version')
    .argument('<bundle>', "a bundle's folder or a run's")
    .addOption(storeOption())
    .option('--dry-run', 'check everything and write nothing')
    .addHelpText('after', examples)
    .action(async (bundle: string, flags) => {
      const { runPublish } = await import('./run-store.ts');
      await runPublish(bundle, flags, terminal);
    });
}
