import type { Command } from 'commander';
import { maximumSeed } from '../latent.ts';
import { parseInteger, parseNumber } from '../parse-number.ts';
import type { Terminal } from '../terminal.ts';
import { collectChange } from './change-option.ts';
import type { MorphFlags } from './run-morph.ts';

const examples = `
Examples:
  $ freshcar morph --from 42 --to 1337 --out morph.png
  $ freshcar morph --from 1 --to 2 --frames 120 --delay 40 --scale 8 --out morph.png
  $ freshcar morph --from 1 --via 7 --via 9 --to 2 --loop --frames 96 --out round.png
`;

export function morphCommand(program: Command, terminal: Terminal): void {
  const seed = parseInteger(0, maximumSeed);
  program
    .command('morph')
    .description('walk from one car to another as an animated PNG')
    .option('--model <folder>', 'a bundle, a run folder or a store (the shipped model)')
    .requiredOption('--from <seed>', 'the first car', seed)
    .requiredOption('--to <seed>', 'the last car', seed)
    .option(
      '--via <seed>',
      'a car on the way; may be said again',
      (text, before: readonly number[]) => [...before, seed(text)],
      [],
    )
    .option('--loop', 'go back to the first car at the end, so that it plays round and round', false)
    .requiredOption('--out <file>', 'where the picture goes')
    .option(
      '--frames <number>',
      'how many cars, both ends included; with --loop the first is not drawn again',
      parseInteger(2, 1000),
      24,
    )
    .option('--delay <milliseconds>', 'how long each car is shown', parseInteger(10, 65535), 80)
    .option('--scale <factor>', 'how much larger each pixel is drawn', parseInteger(1, 32), 4)
    .option('--truncation <number>', 'under 1: more usual cars, above: stranger ones', parseNumber(0.01, 1.5), 1)
    .option('--change <name=steps>', 'change one thing, by steps of -3 to 3; may be said again', collectChange, {})
    .addHelpText('after', examples)
    .action(async (flags: MorphFlags) => {
      const { runMorph } = await import('./run-morph.ts');
      await runMorph(flags, terminal);
    });
}
