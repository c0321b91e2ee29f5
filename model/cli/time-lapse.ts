import type { Command } from 'commander';
import type { Terminal } from '../terminal.ts';

const examples = `
The picture goes into the bundle as time-lapse.png, for its page about the model, before the bundle is published. It shows drawn cars only.

Examples:
  $ freshcar time-lapse bundles/mine runs/first
  $ freshcar time-lapse bundles/mine runs/small runs/grown      stages that went on from each other, the earliest first
`;

export function timeLapseCommand(program: Command, terminal: Terminal): void {
  program
    .command('time-lapse')
    .description('put a picture into a bundle of how its model learnt: the same cars at later and later moments')
    .argument('<bundle>', 'the folder of a bundle')
    .argument('<runs...>', 'the folders of the runs that trained it, in their order')
    .addHelpText('after', examples)
    .action(async (bundle: string, runs: readonly string[]) => {
      const { runTimeLapse } = await import('./run-time-lapse.ts');
      await runTimeLapse(bundle, runs, terminal);
    });
}
