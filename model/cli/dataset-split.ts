import type { Command } from 'commander';
import packageJson from '../../package.json' with { type: 'json' };
import { parseNumber } from '../parse-number.ts';
import { statusLine } from '../status-line.ts';
import type { Terminal } from '../terminal.ts';
import { commandGroup } from './command-group.ts';

const examples = `
Pictures fall on a side by a hash of their own bytes, near duplicates on the same one: the split is the same wherever and
whenever it is made. Packed at another size a photograph is another picture and may fall on the other side: to train on larger ones,
leave out what is held back at the first size by dataset prepare --without.

Examples:
  $ freshcar dataset split cars.npy --out-train train.npy --out-held-out held-out.npy
  $ freshcar dataset split more-cars.npy --held-before held-out.npy --out-train train-2.npy --out-held-out held-out-2.npy
  $ freshcar train --data train.npy --out runs/first
  $ freshcar evaluate --model runs/first --data held-out.npy --train train.npy
`;

interface SplitFlags {
  readonly outTrain: string;
  readonly outHeldOut: string;
  readonly part?: number;
  readonly heldBefore?: string;
}

export function datasetSplitCommand(program: Command, terminal: Terminal): void {
  commandGroup(program, 'dataset', 'turn photographs into what training reads')
    .command('split')
    .description('hold back 15 of 100 images, to measure models with that never saw them')
    .argument('<data>', 'a packed .npy')
    .requiredOption('--out-train <file>', 'where the pictures to train on go')
    .requiredOption('--out-held-out <file>', 'where the pictures to measure with go')
    .option(
      '--part <share>',
      'how much to hold back, 0.01 to 0.5 (0.15, which the protocol of measuring has)',
      parseNumber(0.01, 0.5),
    )
    .option(
      '--held-before <file>',
      'a packed .npy that an earlier split held back: its images, and near duplicates of them, are held back again',
    )
    .addHelpText('after', examples)
    .action(async (data: string, { outTrain, outHeldOut, ...options }: SplitFlags) => {
      const { splitDataset } = await import('../evaluation/split-dataset.ts');
      const code = { name: packageJson.name, version: packageJson.version };
      const status = statusLine(terminal);
      const report = (done: number, total: number) =>
        status.show(`looking for near duplicates: ${done} of ${total} pictures`);
      const { training, heldOut } = await splitDataset({ data, outTrain, outHeldOut, ...options, code, report });
      status.clear();
      terminal.out.write(`${training} pictures in ${outTrain}, ${heldOut} in ${outHeldOut}\n`);
    });
}
