import { type Command, Option } from 'commander';
import { FreshcarError } from '../errors.ts';
import { maximumSeed } from '../latent.ts';
import { parseInteger, parseNumber } from '../parse-number.ts';
import type { Terminal } from '../terminal.ts';
import { collectChange } from './change-option.ts';
import type { SampleFlags } from './run-sampling.ts';

const examples = `
Examples:
  $ freshcar sample --out cars                          64 cars: cars/0.png, cars/1.png, ...
  $ freshcar sample --seed 1234 --count 1 --out cars --scale 8
  $ freshcar sample --count 100 --sheet sheet.png --scale 3
  $ freshcar sample --model runs/first --sheet sheet.png
`;

export function sampleCommand(program: Command, terminal: Terminal): void {
  program
    .command('sample')
    .description('draw cars as PNG files, or many in one picture')
    .option('--model <folder>', 'a bundle, a run folder or a store (the shipped model)')
    .option('--count <number>', 'how many cars', parseInteger(1, 1_000_000), 64)
    .option(
      '--seed <number>',
      'the first car; the next ones are seed + 1, seed + 2, ...',
      parseInteger(0, maximumSeed),
      0,
    )
    .option('--out <folder>', 'where single cars go, each named by its seed')
    .option('--sheet <file>', 'one PNG of all of them')
    .option('--columns <number>', 'cars side by side in the sheet (its square root)', parseInteger(1, 1000))
    .option('--scale <factor>', 'how much larger each pixel is drawn', parseInteger(1, 32), 1)
    .option('--truncation <number>', 'under 1: more usual cars, above: stranger ones', parseNumber(0.01, 1.5), 1)
    .addOption(new Option('--engine <name>', 'what draws').choices(['onnx', 'tfjs']).default('onnx'))
    .option('--change <name=steps>', 'change one thing, by steps of -3 to 3; may be said again', collectChange, {})
    .addHelpText('after', examples)
    .action(async (flags: SampleFlags) => {
      if (flags.out === undefined && flags.sheet === undefined)
        throw new FreshcarError('invalid-input', 'Say where the cars go: --out FOLDER, --sheet FILE, or both.');
      if (flags.sheet !== undefined && flags.count > 10_000)
        throw new FreshcarError(
          'invalid-input',
          'A sheet holds up to 10000 cars; choose a smaller --count or leave it away.',
        );
      const { runSampling } = await import('./run-sampling.ts');
      await runSampling(flags, terminal);
    });
}
