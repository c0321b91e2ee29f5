import type { Command } from 'commander';
import { parseInteger } from '../parse-number.ts';
import type { Terminal } from '../terminal.ts';
import type { DirectionsFlags } from './run-directions.ts';

const examples = `
Examples:
  $ freshcar directions bundles/mine                    finds them and puts directions.json into the bundle
  $ freshcar directions bundles/mine --dry-run          only prints what they do
  $ freshcar sample --model bundles/mine --change warmth=2 --change lamps=1 --sheet warm.png
`;

export function directionsCommand(program: Command, terminal: Terminal): void {
  program
    .command('directions')
    .description('find directions that change one thing about the cars of a model, and measure how purely')
    .argument('<bundle>', 'the folder of a bundle')
    .option('--cars <number>', 'how many cars the search looks at', parseInteger(1500, 100_000), 2000)
    .option('--measure <number>', 'with how many others it measures what was found', parseInteger(50, 10_000), 100)
    .option('--dry-run', 'print the table and write nothing')
    .addHelpText('after', examples)
    .action(async (bundle: string, flags: DirectionsFlags) => {
      const { runDirections } = await import('./run-directions.ts');
      await runDirections(bundle, flags, terminal);
    });
}
