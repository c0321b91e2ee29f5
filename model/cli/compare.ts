import type { Command } from 'commander';
import type { CompareFlags } from '../evaluation/compare-runs.ts';
import { parseInteger } from '../parse-number.ts';
import type { Terminal } from '../terminal.ts';

const examples = `
Each run is measured at each of its snapshots (freshcar train --snapshot-every), and judged at the one with the lowest KID.
The folder gets comparison.md with a table, comparison.json with every number, kid.svg and recall.svg with the curves over
time, and cars.png with a row of cars for each run, best first.

Examples:
  $ freshcar compare runs/* --data held-out.npy --train train.npy --out comparison
  $ freshcar export runs/best --step 4000 --out bundle
`;

export function compareCommand(program: Command, terminal: Terminal): void {
  program
    .command('compare')
    .description('measure several runs at all their snapshots: a table, curves, and cars side by side')
    .argument('<runs...>', 'run folders of freshcar train')
    .requiredOption('--data <file>', 'a packed .npy of real pictures that no run was trained on')
    .requiredOption('--out <folder>', 'where table, curves and pictures go')
    .option('--train <file>', 'the .npy that they were trained on: checks for copies')
    .option('--features <file>', 'an ONNX graph that gives features (the shipped one)')
    .option('--count <number>', 'how many cars of each snapshot', parseInteger(16, 100_000), 2048)
    .addHelpText('after', examples)
    .action(async (runs: string[], flags: CompareFlags) => {
      const { runComparison } = await import('../evaluation/compare-runs.ts');
      await runComparison(runs, flags, terminal);
    });
}
