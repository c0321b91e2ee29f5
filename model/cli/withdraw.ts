import type { Command } from 'commander';
import type { Terminal } from '../terminal.ts';
import { storeHelp, storeOption } from './store-option.ts';

const examples = `
A version that is withdrawn is not offered any more, no rollback goes to it, and within minutes services answer its addresses with 404.
The current one cannot be withdrawn: promote another one first. Its files stay in the store, for you alone; delete models/VERSION/
when you want them gone.

A CDN goes on with what it has kept, for a year: --purge has CloudFront forget all images of the version. Where the account has
several distributions for cars, name the one of the stack's output Distribution. What browsers have kept, nobody can take back.
${storeHelp}
Examples:
  $ freshcar withdraw fronts-64 --store s3://freshcar-models
  $ freshcar withdraw fronts-64 --store s3://freshcar-models --purge
  $ freshcar withdraw fronts-64 --store s3://freshcar-models --purge E2QWRUHEXAMPLE
`;

export function withdrawCommand(program: Command, terminal: Terminal): void {
  program
    .command('withdraw')
    .description('take a version back, so that it is neither offered nor rolled back to')
    .argument('<version>', "the model's version")
    .addOption(storeOption())
    .option('--purge [distribution]', 'have CloudFront forget its images')
    .option('--dry-run', 'check everything and write nothing')
    .addHelpText('after', examples)
    .action(async (version: string, flags) => {
      const { runWithdraw } = await import('./run-store.ts');
      await runWithdraw(version, flags, terminal);
    });
}
