import type { Command } from 'commander';
import { parseInteger } from '../parse-number.ts';
import type { Terminal } from '../terminal.ts';
import type { IndexFlags } from './run-index.ts';

const examples = `
The index is what /find on the page and freshcar project look in. It goes into the bundle as index.bin, some 380 KB, before the
bundle is published. --measure says how well the index that a bundle has finds: cars of known seeds again, and cars like photographs by
features that had no part in finding them.

Examples:
  $ freshcar index bundles/mine
  $ freshcar index bundles/mine --measure held-out.npy --features inception.onnx
`;

export function indexCommand(program: Command, terminal: Terminal): void {
  program
    .command('index')
    .description('write down what some of the cars of a model look like, so that one can be found by a picture')
    .argument('<bundle>', 'the folder of a bundle')
    .option('--cars <number>', 'how many cars, those of the seeds from 0 on', parseInteger(100, 100_000), 10_000)
    .option('--measure <data>', 'measure the index that is there, with packed photographs, and write nothing')
    .option('--features <file>', 'an ONNX graph that gives features to measure with (the shipped one)')
    .option('--photographs <number>', 'how many photographs to measure with', parseInteger(1, 10_000), 50)
    .option('--rounds <number>', 'how often found cars are refined before they are measured', parseInteger(0, 1000), 20)
    .addHelpText('after', examples)
    .action(async (bundle: string, flags: IndexFlags) => {
      const { runIndex } = await import('./run-index.ts');
      await runIndex(bundle, flags, terminal);
    });
}
