import type { Command } from 'commander';
import { allBits } from '../architecture/round-kernels.ts';
import { parseInteger } from '../parse-number.ts';
import type { Terminal } from '../terminal.ts';
import type { ExportFlags } from './run-export.ts';

const examples = `
Examples:
  $ freshcar export runs/first --out bundle
  $ freshcar export runs/first --best --out bundle
  $ freshcar export runs/first --step 4000 --out bundle
  $ freshcar export runs/first --out bundle --version roadsters-1 --card card.md --replace
`;

export function exportCommand(program: Command, terminal: Terminal): void {
  program
    .command('export')
    .description('make a bundle of a run: the ONNX graph that serves, TensorFlow.js files, samples, and a card')
    .argument('<run>', 'the run folder; its newest checkpoint is taken unless --step or --best names a snapshot')
    .requiredOption('--out <folder>', 'the new bundle')
    .option('--step <number>', 'the snapshot of that step, the best by freshcar compare, say', parseInteger(0, 1e9))
    .option(
      '--best',
      'the snapshot with the lowest KID of those that were measured while it trained, or by freshcar compare',
    )
    .option(
      '--significant-bits <number>',
      "round the kernels' weights: of 8 bits the files pack to half, and colours of a car change by up to 3 of 255 (24: all)",
      parseInteger(8, allBits),
    )
    .option('--version <name>', "the model's version: a-z, 0-9, dots and hyphens (made of the run)")
    .option('--card <file>', 'the model card: what it is, its data and terms, what it is good for')
    .option('--replace', 'take the place of a bundle that is there')
    .addHelpText('after', examples)
    .action(async (run: string, flags: ExportFlags) => {
      const { runExport } = await import('./run-export.ts');
      await runExport(run, flags, terminal);
    });
}
