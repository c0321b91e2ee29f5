import type { Command } from 'commander';
import { maximumSeed } from '../latent.ts';
import { parseInteger, parseNumber } from '../parse-number.ts';
import type { Terminal } from '../terminal.ts';
import type { Panel, SideBySideFlags } from './run-side-by-side.ts';

const examples = `
Examples:
  $ freshcar side-by-side --model runs/first --picture theirs.png --data held-out.npy --out panels.png
  $ freshcar side-by-side --model old --model new --count 64 --out panels.png

The panels stand from left to right as they are named. What is seen is not chosen: cars by their seeds from --seed on, photographs
evenly over the whole file.
`;

export function sideBySideCommand(program: Command, terminal: Terminal): void {
  const panels: Panel[] = [];
  const panel = (kind: Panel['kind']) => (path: string) => {
    panels.push({ kind, path });
    return path;
  };
  program
    .command('side-by-side')
    .description(
      "one picture of a model's cars beside other models', others' pictures and photographs, to judge by eye",
    )
    .option('--model <folder>', 'cars of a bundle, a run folder or a store; may be repeated', panel('model'))
    .option('--picture <file>', 'a picture of somebody else, JPEG, PNG or WebP; may be repeated', panel('picture'))
    .option('--data <file>', 'photographs of a packed .npy; may be repeated', panel('data'))
    .requiredOption('--out <file>', 'where the picture goes')
    .option('--count <number>', 'cars or photographs in a panel', parseInteger(1, 1024), 16)
    .option('--cell <pixels>', 'width of each car, a multiple of its own', parseInteger(8, 1024), 128)
    .option('--seed <seed>', 'the first car; the next ones follow', parseInteger(0, maximumSeed), 1)
    .option('--truncation <number>', 'under 1: more usual cars, above: stranger ones', parseNumber(0.01, 1.5), 1)
    .addHelpText('after', examples)
    .action(async (flags: SideBySideFlags) => {
      const { runSideBySide } = await import('./run-side-by-side.ts');
      await runSideBySide(panels, flags, terminal);
    });
}
